"""Unit state of one source partition: which unit entered where, and what it did; kept as sets, counted as cells.

The state is a function of the set of events below `offsets` and of the clock. A batch changes sets and marks units;
`counts` recounts the marked ones.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from streams.core.definition import Catalogue
from streams.core.events import KINDS, Arrival, Conversion, Exposure, Rejected
from streams.core.intake import Intake
from streams.core.memory import Copy, Reversal
from streams.core.recount import EXPOSURES, LATE
from streams.core.units import Units


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
        self._read_to = dict.fromkeys(KINDS, 0)
        self._units = Units(self._experiments)

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
        self._units.advance(self.clock)

    def counts(self, *, everything: bool = False) -> list[Counts]:
        """Cells that changed since the last call, or all."""
        self._units.settle(self.clock)
        chosen = range(len(self._experiments)) if everything else sorted(self._units.changed)
        self._units.changed = set()
        return [self._counts(number) for number in chosen]

    def next_change(self) -> int | None:
        """The next instant at which the clock alone may change a cell."""
        self._units.settle(self.clock)
        return self._units.next_maturity()

    def _counts(self, number: int) -> Counts:
        x, offsets = self._experiments[number], (self.offsets[KINDS[0]], self.offsets[KINDS[1]])
        return Counts(
            x.id, x.epoch, x.config_hash, self.partition, offsets, self.clock, self._units.cells[number].copy()
        )

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
        self._units.count(number, EXPOSURES, 1)
        self._units.enter(event.unit, number, event.time, variant, x.covariates_at(event.attributes))
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
        barred = use.barred | frozenset(late)
        if event.target is not None:
            self._units.reverse(event.unit, Reversal(event.target, event.time, arrival.time, barred))
        elif use.named:
            self._units.convert(event.unit, event.identity, Copy(event.time, event.event, use.value, barred))
        return None

    def _late(self, numbers: list[int]) -> None:
        self.tally["late"] += 1
        self._count_late(numbers)

    def _count_late(self, numbers: list[int]) -> None:
        for number in numbers:
            self._units.count(number, LATE, 1)

    def _accept(self, arrival: Arrival, event: Exposure | Conversion) -> None:
        self.tally["accepted"] += 1
        self.tally["behind_clock"] += arrival.time < self.clock
        if self.began is None or event.time < self.began:
            self.began = event.time
