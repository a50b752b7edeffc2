"""What one unit adds to the cells of one experiment: a pure function of the unit's events and of the clock.

Attribution keeps the events, calls this for units that changed and replaces what the unit added before. So counts can't
depend on the order in which events came.
"""

from collections.abc import Sequence
from functools import lru_cache, partial
from itertools import islice, repeat

from streams.core import cells
from streams.core.definition import GLANCE_BACK, Experiment
from streams.core.events import MICRO
from streams.core.memory import Added, Copy, Deed, Entry, Reversal, Unit
from streams.core.outcomes.base import Amounts, Did, Outcome
from streams.core.seen import MISSING, Seen, Used, oldest, see, services

MULTI, WARMUP, LATE, BEFORE, DRIFT, NO_VALUE, OVER, DUPLICATE, REPEAT, EXPOSURES = range(len(cells.COUNTERS))
WARM: Added = ((WARMUP, (1,)),)
NEVER = -1  # in a deed, instead of a sum: there was no event


@lru_cache(maxsize=2**12)
def worth(value: float | None) -> int:
    """The value of a conversion in millionths."""
    return MISSING if value is None else round(value * MICRO)


def recount(x: Experiment, entry: Entry, unit: Unit, clock: int) -> Added:
    """What the unit adds to the cells of experiment `x` at that clock."""
    if not (unit.conversions or unit.reversals or entry.crossed):
        return silent(x, entry.time, entry.variant, clock, entry.covariates)
    crossed: Added = ((MULTI, (1,)),) if entry.crossed else ()
    if x.warms_up(entry.time):
        return (*crossed, *WARM)
    seen = see(x, entry, unit)
    told: Added = (*crossed, (DUPLICATE, (seen.duplicates,))) if seen.duplicates else crossed
    if crossed and x.spec.exposure.multi_variant == "exclude":
        return told
    told += _counters(x, entry, seen) + _at_once(x, entry, seen)
    return told + _matured(x, entry, seen, clock) if clock >= entry.time + x.closings[0] + x.lateness else told


def says_nothing_yet(x: Experiment, entry: Entry, c: Copy, clock: int) -> bool:
    """Whether a conversion that is no copy of another changes nothing of what an entry adds, at least until it matures.

    Half of all recounts are saved by asking this first.
    """
    since, windows = c.time - entry.time, _windows(x).get(c.event, ())
    if c.barred or -GLANCE_BACK <= since < 0:
        return not (c.barred or windows)
    can_wait = clock < entry.time + x.closings[0] + x.lateness and c.value != MISSING
    return not [tells for opens, closes, tells in windows if opens <= since < closes and (tells or not can_wait)]


@lru_cache(maxsize=4096)
def _windows(x: Experiment) -> dict[str, list[tuple[int, int, bool]]]:
    """By name of the event: windows, each with whether an event in it says something at once."""
    return {
        name: [(s.opens, s.closes, bool(x.metrics[s.metric].counted.at_once)) for s in known]
        for name, known in services(x).items()
    }


def silent(x: Experiment, time: int, variant: int, clock: int, covariates: tuple[int, ...] = ()) -> Added:
    """What most units add: they entered, and did nothing of interest."""
    if x.warms_up(time):
        return WARM
    told = _alike if covariates else alike
    return told(x, x.phase(time), variant, x.matured(time, clock), (), covariates)


@lru_cache(maxsize=2**14)
def ripened(x: Experiment, variant: int, phase: int, done: int, deed: Deed) -> Added:
    """What a unit that is counted adds more when its next closing has matured."""
    return alike(x, phase, variant, done + 1, deed)[len(alike(x, phase, variant, done, deed)) :]


def crossed_after_closing(x: Experiment, added: Added) -> Added:
    """What a unit adds once it is seen in a second arm, when its events are no longer at hand."""
    if (MULTI, (1,)) in added:
        return added
    if x.spec.exposure.multi_variant == "first_seen" or (WARMUP, (1,)) in added:
        return ((MULTI, (1,)), *added)
    return ((MULTI, (1,)), *[told for told in added if told[0] == DUPLICATE])


def drifts_after_closing(x: Experiment, entry: Entry, reversal: Reversal) -> bool:
    """Whether a reversal counts as drift for an entry whose events are no longer at hand."""
    left = entry.crossed and x.spec.exposure.multi_variant == "exclude"
    if left or x.warms_up(entry.time) or entry.number in reversal.barred:
        return False
    matures = entry.time + x.longest + x.lateness
    return reversal.time >= oldest(x, entry) and matures <= reversal.record_time < x.expires


@lru_cache(maxsize=2**14)
def shared(added: Added) -> Added:
    """One object for what many units add alike."""
    return added


def _alike(
    x: Experiment, phase: int, variant: int, matured: int, deed: Deed, covariates: tuple[int, ...] = ()
) -> Added:
    """What units add that did the same; in the order of their maturities."""
    dids = _dids(x, deed, covariates)
    told = _acting(x, phase, variant, frozenset(m for m, did in enumerate(dids) if did.acted))
    added = list[tuple[int, Amounts]]()
    for closing in x.closings[:matured]:
        for metric, block, did in zip(x.metrics, x.layout.metrics, dids, strict=True):
            if metric.closes == closing:
                added.append((block.at(phase, variant), metric.counted.matured(did)))
    return *told, *added


alike = lru_cache(maxsize=2**14)(_alike)  # without covariates few differ


def _dids(x: Experiment, deed: Deed, covariates: tuple[int, ...]) -> list[Did]:
    """The deed metric by metric. Of events no metric asks more than whether there are any."""
    told = iter(deed or repeat(NEVER))
    sums = [[*islice(told, len(metric.sources))] for metric in x.metrics]
    events = [tuple([s != NEVER for s in own]) for own in sums]
    return [Did(any(e), e, tuple([max(0, s) for s in own]), covariates) for e, own in zip(events, sums, strict=True)]


def _counters(x: Experiment, entry: Entry, seen: Seen) -> Added:
    """Events that are told but not used."""
    if not (seen.reversals or seen.before or seen.missing or seen.over):
        return ()
    matures = entry.time + x.longest + x.lateness
    drift = sum(r.times for r in seen.reversals if matures <= r.record_time < x.expires)
    told = ((BEFORE, seen.before), (DRIFT, drift), (NO_VALUE, seen.missing), (OVER, seen.over))
    return tuple([(place, (count,)) for place, count in told if count])


def _at_once(x: Experiment, entry: Entry, seen: Seen) -> Added:
    """That the unit entered, and what is known as soon as it acts."""
    return _acting(x, x.phase(entry.time), entry.variant, frozenset(seen.windows))


@lru_cache(maxsize=2**14)
def _acting(x: Experiment, phase: int, variant: int, acted: frozenset[int]) -> Added:
    told = [(x.layout.metrics[m].at(phase, variant), x.metrics[m].counted.at_once) for m in sorted(acted)]
    return (x.layout.units.at(phase, variant), (1,)), *told


def _matured(x: Experiment, entry: Entry, seen: Seen, clock: int) -> Added:
    """What is known once a window has closed."""
    added: list[tuple[int, Amounts]] = []
    for m, closes, first, sources, counted in _places(x, x.phase(entry.time), entry.variant):
        matures = entry.time + closes
        if clock >= matures:
            window = seen.windows.get(m, [])
            did = _did(sources, seen.standing(window, matures), bool(window), entry.covariates)
            added.append((first, counted.matured(did)))
    return tuple(added)


@lru_cache(maxsize=2**14)
def _places(x: Experiment, phase: int, variant: int) -> list[tuple[int, int, int, int, Outcome]]:
    """Of each metric in the order of closing: since when it is matured, its first cell, and how it counts what."""
    told = sorted(enumerate(zip(x.metrics, x.layout.metrics, strict=True)), key=lambda one: one[1][0].closes)
    return [
        (number, m.closes + x.lateness, block.at(phase, variant), len(m.sources), m.counted)
        for number, (m, block) in told
    ]


def _did(sources: int, standing: Sequence[Used], acted: bool, covariates: tuple[int, ...]) -> Did:
    events, sums = [0] * sources, [0] * sources
    for c, serving in standing:
        for s, valued in serving:
            events[s] += 1
            sums[s] += MICRO if not valued else max(0, c.value)
    return _new((acted, tuple(events), tuple(sums), covariates))


_new = partial(tuple.__new__, Did)  # a third of the cost of Did(...)
