"""All units of one source partition, and what they add to the cells of every experiment.

Whatever changes a unit marks it; settling recounts the marked ones, closes entries and forgets what can't matter.
"""

from collections.abc import Sequence
from heapq import heappop, heappush

from streams.core.definition import GLANCE_BACK, Experiment
from streams.core.memory import Added, Copy, Entry, Reversal, Unit
from streams.core.recount import DRIFT, REPEAT, crossed_after_closing, drifts_after_closing, recount


class Units:
    """Memory and cells of a partition.

    Attributes:
        cells: by number of the experiment.
        changed: numbers of the experiments whose cells changed; whoever tells them empties it.
    """

    def __init__(self, experiments: Sequence[Experiment]) -> None:
        self.cells = [[0] * x.layout.size for x in experiments]
        self.changed = set(range(len(experiments)))
        self._experiments = experiments
        self._horizon = 2 * max((x.lateness for x in experiments), default=0) + GLANCE_BACK
        self._units: dict[int, Unit] = {}
        self._marked: set[int] = set()
        self._maturities: list[tuple[int, int]] = []  # heaps of (instant, unit): when the clock changes a count,
        self._chores: list[tuple[int, int]] = []  # and when something can be closed or forgotten

    def __len__(self) -> int:
        return len(self._units)

    def count(self, number: int, place: int, amount: int) -> None:
        """Add to a cell."""
        self.cells[number][place] += amount
        self.changed.add(number)

    def enter(self, key: int, number: int, time: int, variant: int, covariates: tuple[int, ...] = ()) -> None:
        """First exposure: the smallest (event time, variant); the set of arms seen grows."""
        unit = self._units.setdefault(key, Unit())
        entry = unit.entries.get(number)
        if entry is None:
            unit.entries[number] = Entry(time, variant, 1 << variant, covariates=covariates)
            self._marked.add(key)
            return
        known = entry.arms & (1 << variant)
        entry.arms |= 1 << variant
        if known:
            self.count(number, REPEAT, 1)
        if entry.open:
            entry.expose(time, variant, covariates)
            self._marked.add(key)
        elif not known:
            self._replace(number, entry, crossed_after_closing(self._experiments[number], entry.added))

    def convert(self, key: int, identity: int, copy: Copy) -> None:
        """Remember a copy of a conversion."""
        self._units.setdefault(key, Unit()).conversions.setdefault(identity, []).append(copy)
        self._marked.add(key)

    def reverse(self, key: int, reversal: Reversal) -> None:
        """Remember a reversal. What an open entry finds when it is recounted, a closed one is told."""
        unit = self._units.setdefault(key, Unit())
        unit.reversals.append(reversal)
        self._marked.add(key)
        for number, entry in unit.entries.items():
            if not entry.open and drifts_after_closing(self._experiments[number], number, entry, reversal):
                self._replace(number, entry, (*entry.added, (DRIFT, 1)))

    def advance(self, clock: int) -> None:
        """Mark the units to whom this instant matters."""
        for due in (self._maturities, self._chores):
            while due and due[0][0] <= clock:
                self._marked.add(heappop(due)[1])

    def settle(self, clock: int) -> None:
        """Recount what is marked."""
        marked, self._marked = self._marked, set()
        for key in marked:
            self._settle(key, self._units[key], clock)

    def next_maturity(self) -> int | None:
        """The next instant at which the clock alone may change a cell, once all is settled."""
        return self._maturities[0][0] if self._maturities else None

    def _settle(self, key: int, unit: Unit, clock: int) -> None:
        """Recount a unit where it is open, close what can't change any more, and forget what can't matter."""
        for number, entry in unit.entries.items():
            if entry.open:
                x = self._experiments[number]
                self._replace(number, entry, recount(x, number, entry, unit, clock))
                entry.open = clock < x.closes(entry.time)
        if not any(entry.open for entry in unit.entries.values()):
            self._forget(key, unit, clock)
        self._plan(key, unit, clock)

    def _replace(self, number: int, entry: Entry, added: Added) -> None:
        if added != entry.added:
            for place, amount in entry.added:
                self.count(number, place, -amount)
            for place, amount in added:
                self.count(number, place, amount)
            entry.added = added

    def _forget(self, key: int, unit: Unit, clock: int) -> None:
        """Drop events that no entry still to come can reach."""
        oldest = clock - self._horizon
        unit.reversals = [r for r in unit.reversals if r.time >= oldest]
        kept = {i: [c for c in copies if c.time >= oldest] for i, copies in unit.conversions.items()}
        unit.conversions = {i: copies for i, copies in kept.items() if copies}
        if not (unit.entries or unit.conversions or unit.reversals):
            del self._units[key]

    def _plan(self, key: int, unit: Unit, clock: int) -> None:
        """Note when the clock alone will next change something for this unit."""
        open_ = [(self._experiments[n], entry.time) for n, entry in unit.entries.items() if entry.open]
        maturities = [t for x, entry in open_ if (t := x.next_maturity(entry, clock)) is not None]
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
