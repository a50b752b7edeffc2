"""What one experiment sees of a unit: from `lateness` and a glance before its entry on, window by window.

Of the copies of a conversion the smallest is the event, wherever it lies.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

from streams.core.definition import GLANCE_BACK, Experiment
from streams.core.memory import Copy, Entry, Reversal, Unit, order

MOST = 1_000  # conversions of a unit that one window uses
MISSING = -1  # stands for "no value" where values are compared: it is smaller than any

Serving = tuple[tuple[int, bool], ...]  # sources of a metric, each with whether the value of an event counts
Used = tuple[Copy, Serving]


class Service(NamedTuple):
    """What events of a name do for a metric: from when to when, and of which of its sources they are."""

    metric: int
    opens: int
    closes: int
    sources: Serving


Served = dict[str, list[Service]]


class Seen(Struct, gc=False):
    """Events of a unit by metric, of those that have any, and how many others are told and not used."""

    windows: dict[int, list[Used]]
    reversals: list[Reversal]
    duplicates: int = 0
    before: int = 0
    missing: int = 0
    over: int = 0

    def standing(self, window: list[Used], matures: int) -> list[Used]:
        """The events of a window that are used and were not taken back before then."""
        used = window if len(window) <= MOST else _in_turn(window)[:MOST]
        if not self.reversals:
            return used
        taken_back = {r.target for r in self.reversals if r.record_time < matures}
        return [one for one in used if one[0].identity not in taken_back]


def see(x: Experiment, entry: Entry, unit: Unit) -> Seen:
    """All that matters of a unit's events."""
    horizon, number, served = oldest(x, entry), entry.number, services(x)
    reversals = [r for r in unit.reversals if r.time >= horizon and number not in r.barred] if unit.reversals else []
    usable = [c for c in unit.conversions if c.time >= horizon and c.event in served and number not in c.barred]
    seen = Seen({}, reversals)
    if len(usable) > 1 or (usable and usable[0].times > 1):
        usable = _distinct(served, entry, usable, seen)
    for c in usable:
        _put(entry, c, seen, _serves(served, number, c) if c.barred else served[c.event])
    if len(usable) > MOST:
        seen.over = len({c.identity for window in seen.windows.values() for c, _ in _in_turn(window)[MOST:]})
    return seen


def oldest(x: Experiment, entry: Entry) -> int:
    """The event time from which on a unit's conversions are seen."""
    return entry.time - x.lateness - GLANCE_BACK


@lru_cache(maxsize=4096)
def services(x: Experiment) -> Served:
    """By name of the event."""
    found: dict[str, list[Service]] = {name: [] for name in x.names}
    for m, metric in enumerate(x.metrics):
        for name in {source.event for source in metric.sources}:
            sources = tuple((s, source.valued) for s, source in enumerate(metric.sources) if source.event == name)
            found[name].append(Service(m, metric.opens, metric.closes, sources))
    return found


def _serves(served: Served, number: int, c: Copy) -> list[Service]:
    """What it does for the metrics, as far as their filters match."""
    found = []
    for m, opens, closes, sources in served[c.event]:
        left = tuple(source for source in sources if (number, m, source[0]) not in c.barred)
        found += [Service(m, opens, closes, left)] if left else []
    return found


def _put(entry: Entry, c: Copy, seen: Seen, serves: list[Service]) -> None:
    """Put a conversion into the windows that it is in."""
    since, early, lacks = c.time - entry.time, False, False
    for m, opens, closes, sources in serves:
        if opens <= since < closes:
            seen.windows.setdefault(m, []).append((c, sources))
            lacks = lacks or (c.value == MISSING and any(valued for _, valued in sources))
        early = early or -GLANCE_BACK <= since < 0
    seen.before += early
    seen.missing += lacks


def _distinct(served: Served, entry: Entry, usable: list[Copy], seen: Seen) -> list[Copy]:
    """The smallest copy of each conversion; those inside a window are counted, minus the distinct ones."""
    if len({c.identity for c in usable}) == len(usable) == sum([c.times for c in usable]):
        return usable
    groups: dict[int, list[Copy]] = {}
    for c in usable:
        groups.setdefault(c.identity, []).append(c)
    for group in groups.values():
        if len(group) > 1 or group[0].times > 1:
            inside = sum(
                c.times for c in group if _in_some_window(_serves(served, entry.number, c), c.time - entry.time)
            )
            seen.duplicates += max(inside - 1, 0)
    return [group[0] if len(group) == 1 else min(group, key=order) for group in groups.values()]


def _in_some_window(serves: list[Service], since: int) -> bool:
    return any(opens <= since < closes for _, opens, closes, _ in serves)


def _in_turn(window: Sequence[Used]) -> list[Used]:
    return sorted(window, key=lambda used: used[0].identity)
