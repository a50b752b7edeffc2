"""What one unit adds to the cells of one experiment: a pure function of the unit's events and of the clock.

Attribution keeps the events, calls this for units that changed and replaces what the unit added before. So counts can't
depend on the order in which events came.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from streams.core import cells
from streams.core.definition import GLANCE_BACK, Experiment
from streams.core.events import MICRO
from streams.core.memory import Added, Copy, Entry, Reversal, Unit
from streams.core.outcomes.base import Amounts, Did

MOST = 1_000  # conversions of a unit that one window uses
MISSING = -1  # stands for "no value" where values are compared: it is smaller than any

MULTI, WARMUP, LATE, BEFORE, DRIFT, NO_VALUE, OVER, DUPLICATE, REPEAT, EXPOSURES = range(len(cells.COUNTERS))


def recount(x: Experiment, number: int, entry: Entry, unit: Unit, clock: int) -> Added:
    """What the unit adds to the cells of experiment `x`, the `number`-th of the catalogue, at that clock."""
    crossed = ((MULTI, 1),) if entry.crossed else ()
    if x.warms_up(entry.time):
        return (*crossed, (WARMUP, 1))
    if not (unit.conversions or unit.reversals or entry.crossed):
        silent = _silent if entry.covariates else _alike
        return silent(x, x.phase(entry.time), entry.variant, x.matured(entry.time, clock), entry.covariates)
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


def _silent(x: Experiment, phase: int, variant: int, matured: int, covariates: tuple[int, ...]) -> Added:
    """What most units add: they entered, and did nothing of interest."""
    added = [(x.layout.units.at(phase, variant), 1)]
    for metric, block in zip(x.metrics, x.layout.metrics, strict=True):
        if metric.closes in x.closings[:matured]:
            nothing = (0,) * len(metric.sources)
            amounts = metric.counted.matured(Did(acted=False, events=nothing, sums=nothing, covariates=covariates))
            added += _placed(block.at(phase, variant), amounts)
    return tuple(added)


_alike = lru_cache(maxsize=2**14)(_silent)  # without covariates few differ


def _placed(first: int, amounts: Amounts) -> Iterator[tuple[int, int]]:
    return ((first + i, amount) for i, amount in enumerate(amounts) if amount)


@dataclass(slots=True)
class _Seen:
    """What one experiment sees of a unit: from `lateness` and a glance before its entry on."""

    x: Experiment
    number: int
    entry: Entry
    copies: dict[int, list[Copy]]
    chosen: dict[int, Copy]  # of the copies of a conversion the smallest is the event
    reversals: list[Reversal]
    windows: list[list[tuple[int, Copy]]]  # by metric: distinct conversions, in the order in which they are used

    @classmethod
    def of(cls, x: Experiment, number: int, entry: Entry, unit: Unit) -> "_Seen":
        horizon = _horizon(x, entry)
        copies = {
            identity: usable
            for identity, all_ in unit.conversions.items()
            if (usable := [c for c in all_ if c.time >= horizon and c.event in x.names and number not in c.barred])
        }
        chosen = {i: group[0] if len(group) == 1 else min(group, key=_content) for i, group in copies.items()}
        ordered = sorted(chosen.items())
        reversals = [r for r in unit.reversals if r.time >= horizon and number not in r.barred]
        seen = cls(x, number, entry, copies, chosen, reversals, [])
        seen.windows += ([one for one in ordered if seen._inside(m, one[1])] for m in range(len(x.metrics)))
        return seen

    def duplicates(self) -> Added:
        """Copies inside a window minus the distinct ones."""
        copies = [[c for c in group if self._in_some_window(c)] for group in self.copies.values() if len(group) > 1]
        return tuple((DUPLICATE, len(group) - 1) for group in copies if len(group) > 1)

    def counters(self) -> Iterator[tuple[int, int]]:
        """Events that are told but not used."""
        yield from ((BEFORE, 1) for c in self.chosen.values() if self._just_before(c))
        matures = self.entry.time + self.x.longest + self.x.lateness
        yield from ((DRIFT, 1) for r in self.reversals if r.record_time >= matures)
        missing = ((m, i, c) for m, window in enumerate(self.windows) for i, c in window if c.value == MISSING)
        yield from ((NO_VALUE, 1) for _ in {i for m, i, c in missing if self._lacks_value(m, c)})
        yield from ((OVER, 1) for _ in {i for window in self.windows for i, _ in window[MOST:]})

    def outcomes(self, clock: int) -> Iterator[tuple[int, int]]:
        """Cells of every metric."""
        phase = self.x.phase(self.entry.time)
        for m, metric in enumerate(self.x.metrics):
            cell = self.x.layout.metrics[m].at(phase, self.entry.variant)
            matures = self.entry.time + metric.closes + self.x.lateness
            events = self.windows[m][:MOST]
            if events:
                yield from _placed(cell, metric.counted.at_once)
            if clock >= matures:
                did = self._did(m, self._unreversed(events, matures), acted=bool(events))
                yield from _placed(cell, metric.counted.matured(did))

    def _did(self, m: int, kept: list[Copy], *, acted: bool) -> Did:
        sources = self.x.metrics[m].sources
        events, sums = [0] * len(sources), [0] * len(sources)
        for c in kept:
            for s in self._serves(m, c):
                events[s] += 1
                sums[s] += max(c.value, 0) if sources[s].valued else MICRO
        return Did(acted, tuple(events), tuple(sums), self.entry.covariates)

    def _inside(self, m: int, c: Copy) -> bool:
        metric = self.x.metrics[m]
        return metric.opens <= c.time - self.entry.time < metric.closes and bool(self._serves(m, c))

    def _serves(self, m: int, c: Copy) -> list[int]:
        """The sources of a metric it is an event of."""
        sources = enumerate(self.x.metrics[m].sources)
        return [s for s, source in sources if source.event == c.event and (self.number, m, s) not in c.barred]

    def _lacks_value(self, m: int, c: Copy) -> bool:
        return any(self.x.metrics[m].sources[s].valued for s in self._serves(m, c))

    def _in_some_window(self, c: Copy) -> bool:
        return any(self._inside(m, c) for m in range(len(self.x.metrics)))

    def _just_before(self, c: Copy) -> bool:
        before = self.entry.time - c.time
        return 0 < before <= GLANCE_BACK and any(self._serves(m, c) for m in range(len(self.x.metrics)))

    def _unreversed(self, events: list[tuple[int, Copy]], matures: int) -> list[Copy]:
        taken_back = {r.target for r in self.reversals if r.record_time < matures}
        return [c for identity, c in events if identity not in taken_back]


def _content(c: Copy) -> tuple[int, str, int, list[str]]:
    """Orders copies; those that differ only in what filters make of them must not be left to chance."""
    return c.time, c.event, c.value, sorted(map(repr, c.barred))
