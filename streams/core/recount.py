"""What one unit adds to the cells of one experiment: a pure function of the unit's events and of the clock.

Attribution keeps the events, calls this for units that changed and replaces what the unit added before. So counts can't
depend on the order in which events came.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from streams.core import cells
from streams.core.definition import GLANCE_BACK, Experiment, Metric
from streams.core.events import MICRO
from streams.core.memory import Added, Copy, Entry, Reversal, Unit

MOST = 1_000  # conversions of a unit that one window uses
MISSING = -1  # stands for "no value" where values are compared: it is smaller than any

MULTI, WARMUP, LATE, BEFORE, DRIFT, NO_VALUE, OVER, DUPLICATE, REPEAT, EXPOSURES = range(len(cells.COUNTERS))


def recount(x: Experiment, number: int, entry: Entry, unit: Unit, clock: int) -> Added:
    """What the unit adds to the cells of experiment `x`, the `number`-th of the catalogue, at that clock."""
    crossed = ((MULTI, 1),) if entry.crossed else ()
    if x.warms_up(entry.time):
        return (*crossed, (WARMUP, 1))
    if not (unit.conversions or unit.reversals or entry.crossed):
        return _silent(x, x.phase(entry.time), entry.variant, x.matured(entry.time, clock))
    seen = _Seen.of(x, number, entry, unit)
    duplicates = seen.duplicates()
    if crossed and x.spec.exposure.multi_variant == "exclude":
        return (*crossed, *duplicates)
    entered = (x.layout.units.at(x.phase(entry.time), entry.variant), 1)
    return (*crossed, *duplicates, entered, *seen.counters(), *seen.outcomes(clock))


def crossed_after_closing(x: Experiment, added: Added) -> Added:
    """What a unit adds once it is seen in a second arm, when its events are no longer at hand."""
    if (MULTI, 1) in added:
        return added
    if x.spec.exposure.multi_variant == "first_seen" or (WARMUP, 1) in added:
        return ((MULTI, 1), *added)
    return ((MULTI, 1), *((place, count) for place, count in added if place == DUPLICATE))


def drifts_after_closing(x: Experiment, number: int, entry: Entry, reversal: Reversal) -> bool:
    """Whether a reversal counts as drift for an entry whose events are no longer at hand."""
    left = entry.crossed and x.spec.exposure.multi_variant == "exclude"
    if left or x.warms_up(entry.time) or number in reversal.barred:
        return False
    return reversal.time >= _horizon(x, entry) and reversal.record_time >= entry.time + x.longest + x.lateness


def _horizon(x: Experiment, entry: Entry) -> int:
    """The event time from which on a unit's conversions are seen."""
    return entry.time - x.lateness - GLANCE_BACK


@lru_cache(maxsize=2**14)
def _silent(x: Experiment, phase: int, variant: int, matured: int) -> Added:
    """What most units add: they entered, and did nothing of interest."""
    added = [(x.layout.units.at(phase, variant), 1)]
    for metric, block in zip(x.metrics, x.layout.metrics, strict=True):
        if metric.closes in x.closings[:matured]:
            amounts = _binary([], []) if metric.exact else _mean(metric, [])
            added += [(block.at(phase, variant) + i, amount) for i, amount in amounts]
    return tuple(added)


@dataclass(slots=True)
class _Seen:
    """What one experiment sees of a unit: from `lateness` and a glance before its entry on."""

    x: Experiment
    number: int
    entry: Entry
    copies: dict[int, list[Copy]]
    chosen: dict[int, Copy]  # of the copies of a conversion the smallest is the event
    reversals: list[Reversal]

    @classmethod
    def of(cls, x: Experiment, number: int, entry: Entry, unit: Unit) -> "_Seen":
        horizon = _horizon(x, entry)
        copies = {
            identity: usable
            for identity, all_ in unit.conversions.items()
            if (usable := [c for c in all_ if c.time >= horizon and c.event in x.names and number not in c.barred])
        }
        chosen = {i: group[0] if len(group) == 1 else min(group, key=_content) for i, group in copies.items()}
        reversals = [r for r in unit.reversals if r.time >= horizon and number not in r.barred]
        return cls(x, number, entry, copies, chosen, reversals)

    def duplicates(self) -> Added:
        """Copies inside a window minus the distinct ones."""
        copies = [[c for c in group if self._in_some_window(c)] for group in self.copies.values() if len(group) > 1]
        return tuple((DUPLICATE, len(group) - 1) for group in copies if len(group) > 1)

    def counters(self) -> Iterator[tuple[int, int]]:
        """Events that are told but not used."""
        yield from ((BEFORE, 1) for c in self.chosen.values() if self._just_before(c))
        matures = self.entry.time + self.x.longest + self.x.lateness
        yield from ((DRIFT, 1) for r in self.reversals if r.record_time >= matures)
        valueless = {i for m in self._metrics("continuous") for i, c in self._window(m) if c.value == MISSING}
        yield from ((NO_VALUE, 1) for _ in valueless)
        if len(self.chosen) > MOST:
            over = {i for m in range(len(self.x.metrics)) for i, _ in self._window(m)[MOST:]}
            yield from ((OVER, 1) for _ in over)

    def outcomes(self, clock: int) -> Iterator[tuple[int, int]]:
        """Cells of every metric."""
        phase = self.x.phase(self.entry.time)
        for m, metric in enumerate(self.x.metrics):
            cell = self.x.layout.metrics[m].at(phase, self.entry.variant)
            matures = self.entry.time + metric.closes + self.x.lateness
            events = self._window(m)[:MOST]
            if metric.exact and events:
                yield cell, 1
            if clock >= matures:
                kept = self._unreversed(events, matures)
                amounts = _binary(events, kept) if metric.exact else _mean(metric, kept)
                yield from ((cell + i, amount) for i, amount in amounts)

    def _window(self, m: int) -> list[tuple[int, Copy]]:
        """Distinct conversions of a metric, in the order in which they are used up to the limit."""
        return sorted(pair for pair in self.chosen.items() if self._inside(m, pair[1]))

    def _inside(self, m: int, c: Copy) -> bool:
        metric = self.x.metrics[m]
        return metric.opens <= c.time - self.entry.time < metric.closes and self._counts(m, c)

    def _counts(self, m: int, c: Copy) -> bool:
        return self.x.metrics[m].spec.event == c.event and (self.number, m) not in c.barred

    def _in_some_window(self, c: Copy) -> bool:
        return any(self._inside(m, c) for m in range(len(self.x.metrics)))

    def _just_before(self, c: Copy) -> bool:
        before = self.entry.time - c.time
        return 0 < before <= GLANCE_BACK and any(self._counts(m, c) for m in range(len(self.x.metrics)))

    def _metrics(self, kind: str) -> list[int]:
        return [m for m, metric in enumerate(self.x.metrics) if metric.spec.type == kind]

    def _unreversed(self, events: list[tuple[int, Copy]], matures: int) -> list[Copy]:
        taken_back = {r.target for r in self.reversals if r.record_time < matures}
        return [c for identity, c in events if identity not in taken_back]


def _content(c: Copy) -> tuple[int, str, int, list[str]]:
    """Orders copies; those that differ only in what filters make of them must not be left to chance."""
    return c.time, c.event, c.value, sorted(map(repr, c.barred))


def _binary(events: list[tuple[int, Copy]], kept: list[Copy]) -> Iterator[tuple[int, int]]:
    """`expired`, `matured`, `matured_converted`; the early reading keeps what was reversed."""
    if not events:
        yield 1, 1
    yield 2, 1
    if kept:
        yield 3, 1


def _mean(metric: Metric, kept: list[Copy]) -> Iterator[tuple[int, int]]:
    """`matured`, `converted`, `nonzero`, `capped`, `sum`, `squares` of the unit's capped total in millionths."""
    total = MICRO * len(kept) if metric.spec.type == "count" else sum(max(c.value, 0) for c in kept)
    value = total if metric.cap is None else min(total, metric.cap)
    yield 0, 1
    for i, amount in enumerate((bool(kept), value > 0, total > value, value, value * value), start=1):
        if amount:
            yield i, int(amount)
