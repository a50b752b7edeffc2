"""From counts to decisions: newest cells of every partition, evidence, what was reached, verdict.

Looks come in batches: the worker takes one at each of many experiments, a replay thousands at one experiment, with the
same functions and the same bytes.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from streams.core.attribution import Counts
from streams.core.definition import Experiment
from streams.core.journey import Journey, end, shown
from streams.core.look import Look, Recency, present
from streams.core.state import Part, State
from streams.core.tracks import tracks
from streams.core.walk import Path, stay, walk

WORTH_KEEPING = 0.01  # growth of a running maximum that must not be lost


class Asked(NamedTuple):
    """An experiment, its state if it has one, and counts of it that arrived together."""

    x: Experiment
    state: State | None
    arrived: Sequence[Counts]


class Outcome(NamedTuple):
    """State after a look, the decisions it made, and how many counts were no newer than what was known."""

    state: State
    decisions: list[bytes]
    stale: int


class Taken(NamedTuple):
    """An experiment whose counts have been taken.

    Attributes:
        due: whether to judge: something is new, and every partition has been heard.
        moved: whether more is new than versions: there are other cells than those that were judged last.
    """

    x: Experiment
    state: State
    stale: int
    due: bool
    moved: bool


class Underway(NamedTuple):
    """Looks whose evidence is known, and whose decisions are not yet written."""

    taken: list[Taken]
    journeys: list[Journey]

    def shown(self) -> list[tuple[Experiment, list[int]]]:
        """Experiments and cells whose intervals the decisions show; who asks `known` before has them for less."""
        return [*shown(self.journeys)]

    def end(self) -> list[Outcome]:
        """The second half: what is decided."""
        judged = iter(end(self.journeys))
        return [Outcome(*(next(judged) if one.due else (one.state, [])), one.stale) for one in self.taken]


def begin(x: Experiment) -> State:
    """Nothing seen yet."""
    none = [0.0] * len(tracks(x))
    return State(x.config_hash, x.epoch, log_e=none, max_log_e=none, best=none)


def look(
    x: Experiment, state: State | None, arrived: Sequence[Counts], partitions: int, recency: Recency | None = None
) -> Outcome:
    """Take the counts that arrived together, as one look; judge once every one of `partitions` has been heard."""
    return looks([Asked(x, state, arrived)], partitions, recency)[0]


def looks(asked: Sequence[Asked], partitions: int, recency: Recency | None = None) -> list[Outcome]:
    """A look at each of several experiments: what it would be for each alone, for little more than the price of one."""
    return set_out(asked, partitions, recency).end()


def set_out(asked: Sequence[Asked], partitions: int, recency: Recency | None = None) -> Underway:
    """The first half of such looks, for whom others wait: the evidence."""
    taken = [_take(one, partitions) for one in asked]
    return Underway(taken, _journeys([one for one in taken if one.due], recency))


def consider(x: Experiment, state: State, looks: Sequence[Look], *, silence: bool = True) -> tuple[State, list[bytes]]:
    """Judge consecutive looks. `silence` lets the verdict become `no_data`."""
    return end([Journey(x, state, looks, _paths([x], [state], [looks])[0], silence=silence)])[0]


def worth_keeping(before: State | None, after: State) -> bool:
    """Whether something moved that the next counts can't bring back."""
    if before is None or before.decided != after.decided or before.crossings != after.crossings:
        return True
    return any(b - a > WORTH_KEEPING for a, b in zip(before.max_log_e, after.max_log_e, strict=True))


def _take(asked: Asked, partitions: int) -> Taken:
    """Put counts in the place of older ones of their partition."""
    x, before = asked.x, asked.state or begin(asked.x)
    parts, stale = before.parts.copy(), 0
    for counts in asked.arrived:
        news = _is_news(x, parts.get(str(counts.partition)), counts)
        stale += not news
        if news:
            parts[str(counts.partition)] = Part(counts.offsets, counts.clock, counts.cells)
    due = stale < len(asked.arrived) and len(parts) >= partitions
    return Taken(x, replace(before, parts=parts), stale, due, moved=_differ(before.parts, parts))


def _is_news(x: Experiment, known: Part | None, counts: Counts) -> bool:
    """Whether the counts take the place of older ones of their partition; those of another version never do."""
    same = (counts.epoch, counts.config_hash) == (x.epoch, x.config_hash)
    return same and (known is None or known.is_older_than(counts.offsets, counts.clock))


def _differ(before: Mapping[str, Part], after: Mapping[str, Part]) -> bool:
    return any(key not in before or before[key].cells != part.cells for key, part in after.items())


def _journeys(due: Sequence[Taken], recency: Recency | None) -> list[Journey]:
    """One look each. Where nothing has moved there is no need to ask the tests: evidence is a function of the cells."""
    seen = [[present(one.state, recency)] for one in due]
    moved = [(one.x, one.state, looks) for one, looks in zip(due, seen, strict=True) if one.moved]
    paths = iter(_paths(*map(list, zip(*moved, strict=True))) if moved else [])
    return [
        Journey(one.x, one.state, looks, next(paths) if one.moved else stay(one.x, one.state), silence=True)
        for one, looks in zip(due, seen, strict=True)
    ]


def _paths(xs: Sequence[Experiment], states: Sequence[State], looks: Sequence[Sequence[Look]]) -> list[Path]:
    return walk(xs, states, [np.array([one.cells for one in seen], dtype=object) for seen in looks])
