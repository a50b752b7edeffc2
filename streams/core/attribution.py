"""Unit state of one source partition: which unit entered where, and what it did; kept as sets, counted as cells.

The state is a function of the set of events below `offsets` and of the clock. A batch changes sets and marks units;
`counts` recounts the marked ones.
"""

from collections import Counter
from collections.abc import Iterable
from heapq import heappop, heappush
from typing import NamedTuple

from streams.core.definition import GLANCE_BACK, Catalogue, Experiment
from streams.core.events import KINDS, Arrival, Conversion, Exposure, Rejected
from streams.core.intake import Intake, Use
from streams.core.recount import (
    DRIFT,
    EXPOSURES,
    LATE,
    REPEAT,
    Copy,
    Entry,
    Reversal,
    Unit,
    crossed_after_closing,
    drifts_after_closing,
    recount,
)


class Counts(NamedTuple):
    """Cumulative cells of one experiment from one source partition, with their version: next offsets and clock (ms)."""

    experiment: str
    epoch: int
    config_hash: str
    partition: int
    offsets: tuple[int, int]
    clock: int
    cells: list[int]


class Attribution:
    """State and counts of one source partition.

    Attributes:
        offsets: next offset by kind of source.
        clock: instant (ms) up to which both sources have been read.
        tally: records by outcome: read, accepted, late, unused, behind_clock, and rejected by `rejected.<reason>`.
        began: the smallest time of an accepted event, if there was one.
    """

    def __init__(self, catalogue: Catalogue, partition: int = 0) -> None:
        self.partition = partition
        self.offsets = dict.fromkeys(KINDS, 0)
        self.clock = 0
        self.tally: Counter[str] = Counter()
        self.began: int | None = None
        self._intake = Intake(catalogue)
        self._experiments = self._intake.experiments
        self._horizon = 2 * max((x.lateness for x in self._experiments), default=0) + GLANCE_BACK
        self._read_to = dict.fromkeys(KINDS, 0)
        self._cells = [[0] * x.layout.size for x in self._experiments]
        self._changed = set(range(len(self._experiments)))
        self._units: dict[int, Unit] = {}
        self._marked: set[int] = set()
        self._maturities: list[tuple[int, int]] = []  # heaps of (instant, unit): when the clock changes a count,
        self._chores: list[tuple[int, int]] = []  # and when something can be closed or forgotten

    @property
    def units(self) -> int:
        """Units in memory."""
        return len(self._units)

    def apply(self, kind: str, arrivals: Iterable[Arrival]) -> list[Rejected]:
        """Take a batch of one source in the order of its offsets; what lies below `offsets` was taken before."""
        fresh = self._fresh(kind, arrivals)
        rejected = [self._reject(kind, arrival, reason) for arrival in fresh if (reason := self._take(kind, arrival))]
        self.advance(min(self._read_to.values()))
        return rejected

    def advance(self, clock: int) -> None:
        """Both sources have been read up to this instant."""
        self.clock = max(self.clock, clock)
        for due in (self._maturities, self._chores):
            while due and due[0][0] <= self.clock:
                self._marked.add(heappop(due)[1])

    def counts(self, *, everything: bool = False) -> list[Counts]:
        """Cells that changed since the last call, or all."""
        self._settle_marked()
        chosen = range(len(self._experiments)) if everything else sorted(self._changed)
        self._changed = set()
        return [self._counts(number) for number in chosen]

    def next_change(self) -> int | None:
        """The next instant at which the clock alone may change a cell."""
        self._settle_marked()
        return self._maturities[0][0] if self._maturities else None

    def _counts(self, number: int) -> Counts:
        x, offsets = self._experiments[number], (self.offsets[KINDS[0]], self.offsets[KINDS[1]])
        return Counts(x.id, x.epoch, x.config_hash, self.partition, offsets, self.clock, self._cells[number].copy())

    def _fresh(self, kind: str, arrivals: Iterable[Arrival]) -> Iterable[Arrival]:
        for arrival in arrivals:
            if arrival.offset >= self.offsets[kind]:
                self.offsets[kind] = arrival.offset + 1
                yield arrival

    def _reject(self, kind: str, arrival: Arrival, reason: str) -> Rejected:
        self.tally[f"rejected.{reason}"] += 1
        return Rejected(kind, arrival.offset, reason)

    def _take(self, kind: str, arrival: Arrival) -> str | None:
        """Count the record in; the reason if it is refused."""
        self.tally["read"] += 1
        event = arrival.event
        if isinstance(event, str):
            return event
        refusal = self._expose(arrival, event) if isinstance(event, Exposure) else self._convert(arrival, event)
        if refusal is None:
            self._read_to[kind] = max(self._read_to[kind], arrival.time)
        return refusal

    def _expose(self, arrival: Arrival, event: Exposure) -> str | None:
        use = self._intake.exposure(arrival, event)
        if isinstance(use, str):
            return use
        number, variant = use
        x = self._experiments[number]
        if arrival.time > event.time + x.lateness:
            self._late([number])
            return None
        self._accept(arrival, event)
        self._count(number, EXPOSURES, 1)
        self._enter(number, x, event, variant)
        return None

    def _convert(self, arrival: Arrival, event: Conversion) -> str | None:
        use = self._intake.conversion(arrival, event)
        if isinstance(use, str):
            return use
        late = [n for n in use.numbers if arrival.time > event.time + self._experiments[n].lateness]
        if use.numbers and len(late) == len(use.numbers):
            self._late(late)
            return None
        self._count_late(late)
        self._accept(arrival, event)
        self.tally["unused"] += not use.named
        self._remember(arrival, event, use, frozenset(late))
        return None

    def _late(self, numbers: list[int]) -> None:
        self.tally["late"] += 1
        self._count_late(numbers)

    def _count_late(self, numbers: list[int]) -> None:
        for number in numbers:
            self._count(number, LATE, 1)

    def _accept(self, arrival: Arrival, event: Exposure | Conversion) -> None:
        self.tally["accepted"] += 1
        self.tally["behind_clock"] += arrival.time < self.clock
        if self.began is None or event.time < self.began:
            self.began = event.time

    def _enter(self, number: int, x: Experiment, event: Exposure, variant: int) -> None:
        """First exposure: the smallest (event time, variant); the set of arms seen grows."""
        unit = self._units.setdefault(event.unit, Unit())
        entry = unit.entries.get(number)
        if entry is None:
            unit.entries[number] = Entry(event.time, variant, 1 << variant)
            self._marked.add(event.unit)
            return
        known = entry.arms & (1 << variant)
        entry.arms |= 1 << variant
        if known:
            self._count(number, REPEAT, 1)
        if entry.open:
            entry.time, entry.variant = min((entry.time, entry.variant), (event.time, variant))
            self._marked.add(event.unit)
        elif not known:
            self._replace(number, entry, crossed_after_closing(x, entry.added))

    def _remember(self, arrival: Arrival, event: Conversion, use: Use, late: frozenset[int]) -> None:
        if event.target is None and not use.named:
            return
        unit = self._units.setdefault(event.unit, Unit())
        if event.target is not None:
            unit.reversals.append(Reversal(event.target, event.time, arrival.time, use.barred | late))
            self._count_drift(unit, unit.reversals[-1])
        else:
            copy = Copy(event.time, event.event, use.value, use.barred | late)
            unit.conversions.setdefault(event.identity, []).append(copy)
        self._marked.add(event.unit)

    def _count_drift(self, unit: Unit, reversal: Reversal) -> None:
        """What an open entry finds when it is recounted, a closed one is told."""
        for number, entry in unit.entries.items():
            if not entry.open and drifts_after_closing(self._experiments[number], number, entry, reversal):
                self._replace(number, entry, (*entry.added, (DRIFT, 1)))

    def _settle_marked(self) -> None:
        while self._marked:
            marked, self._marked = self._marked, set()
            for key in marked:
                if unit := self._units.get(key):
                    self._settle(key, unit)

    def _settle(self, key: int, unit: Unit) -> None:
        """Recount a unit where it is open, close what can't change any more, and forget what can't matter."""
        for number, entry in unit.entries.items():
            if entry.open:
                x = self._experiments[number]
                self._replace(number, entry, recount(x, number, entry, unit, self.clock))
                entry.open = self.clock < x.closes(entry.time)
        if not any(entry.open for entry in unit.entries.values()):
            self._forget(key, unit)
        self._plan(key, unit)

    def _replace(self, number: int, entry: Entry, added: tuple[tuple[int, int], ...]) -> None:
        if added != entry.added:
            for place, amount in entry.added:
                self._count(number, place, -amount)
            for place, amount in added:
                self._count(number, place, amount)
            entry.added = added

    def _count(self, number: int, place: int, amount: int) -> None:
        self._cells[number][place] += amount
        self._changed.add(number)

    def _forget(self, key: int, unit: Unit) -> None:
        """Drop events that no entry still to come can reach."""
        oldest = self.clock - self._horizon
        unit.reversals = [r for r in unit.reversals if r.time >= oldest]
        kept = {i: [c for c in copies if c.time >= oldest] for i, copies in unit.conversions.items()}
        unit.conversions = {i: copies for i, copies in kept.items() if copies}
        if not (unit.entries or unit.conversions or unit.reversals):
            del self._units[key]

    def _plan(self, key: int, unit: Unit) -> None:
        """Note when the clock alone will next change something for this unit."""
        open_ = [(self._experiments[n], entry.time) for n, entry in unit.entries.items() if entry.open]
        maturities = [t for x, entry in open_ if (t := x.next_maturity(entry, self.clock)) is not None]
        due = min(maturities or self._ends(unit, open_), default=None)
        if due is not None and due != unit.due:
            heappush(self._maturities if maturities else self._chores, (due, key))
        unit.due = due

    def _ends(self, unit: Unit, open_: list[tuple[Experiment, int]]) -> list[int]:
        """When an entry can be closed, or an event be forgotten that waits for an entry."""
        if open_:
            return [x.closes(entry) for x, entry in open_]
        times = [c.time for copies in unit.conversions.values() for c in copies] + [r.time for r in unit.reversals]
        return [time + self._horizon + 1 for time in times]
