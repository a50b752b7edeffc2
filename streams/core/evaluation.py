"""From counts to decisions: newest cells of every partition, evidence, what was reached, verdict.

Looks come in batches: the worker judges one at a time, a replay thousands, with the same function and the same bytes.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from streams.core import decision
from streams.core.attribution import Counts
from streams.core.definition import Experiment
from streams.core.gates import Gates, gates, heard
from streams.core.look import Look, present
from streams.core.policy import judge
from streams.core.state import Judgement, Part, State
from streams.core.status import Statuses
from streams.core.tracks import tracks
from streams.core.walk import Flags, as_of, walk

WORTH_KEEPING = 0.01  # growth of a running maximum that must not be lost


class Outcome(NamedTuple):
    """State after a look, the decisions it made, and how many counts were no newer than what was known."""

    state: State
    decisions: list[bytes]
    stale: int


def begin(x: Experiment) -> State:
    """Nothing seen yet."""
    none = [0.0] * len(tracks(x))
    return State(x.config_hash, x.epoch, log_e=none, max_log_e=none, best=none)


def look(x: Experiment, state: State | None, arrived: Sequence[Counts], partitions: int) -> Outcome:
    """Take the counts that arrived together, as one look; judge once every one of `partitions` has been heard."""
    state = state or begin(x)
    parts = state.parts.copy()
    fresh = sum(_take(x, parts, counts) for counts in arrived)
    outcome = Outcome(replace(state, parts=parts), [], len(arrived) - fresh)
    if not fresh or len(parts) < partitions:
        return outcome
    return Outcome(*consider(x, outcome.state, [present(outcome.state)]), outcome.stale)


def _take(x: Experiment, parts: dict[str, Part], counts: Counts) -> bool:
    """Put the counts in the place of older ones of their partition, unless they are of another version."""
    known = parts.get(str(counts.partition))
    other = (counts.epoch, counts.config_hash) != (x.epoch, x.config_hash)
    if other or (known and not known.is_older_than(counts.offsets, counts.clock)):
        return False
    parts[str(counts.partition)] = Part(counts.offsets, counts.clock, counts.cells)
    return True


def consider(x: Experiment, state: State, looks: Sequence[Look], *, silence: bool = True) -> tuple[State, list[bytes]]:
    """Judge consecutive looks. `silence` lets the verdict become `no_data`."""
    path = walk(x, state, np.array([one.cells for one in looks], dtype=object))
    opened = list(gates(x, state, looks, silence=silence))
    decisions = []
    for at, statuses in _turns(x, path.reached, opened):
        judgement = judge(x, statuses, opened[at], state.judgement)
        if _differs(judgement, state.judgement):
            state = replace(as_of(x, state, path, looks, at), judgement=judgement)
            state, record = decision.decide(x, _stopped(state, looks[at]), looks[at], statuses)
            decisions.append(record)
    state = as_of(x, state, path, looks, len(looks) - 1)
    return replace(state, exposed=heard(state, looks)[-1]), decisions


def worth_keeping(before: State | None, after: State) -> bool:
    """Whether something moved that the next counts can't bring back."""
    if before is None or before.decided != after.decided or before.crossings != after.crossings:
        return True
    return any(b - a > WORTH_KEEPING for a, b in zip(before.max_log_e, after.max_log_e, strict=True))


def _turns(x: Experiment, reached: Flags, opened: list[Gates]) -> Iterator[tuple[int, Statuses]]:
    """Looks at which something that a verdict depends on is new."""
    statuses, last = None, None
    for at, gate in enumerate(opened):
        if statuses is None or not np.array_equal(reached[at], reached[at - 1]):
            statuses, last = Statuses(x, frozenset(map(int, np.flatnonzero(reached[at])))), None
        if gate != last:
            last = gate
            yield at, statuses


def _differs(a: Judgement, b: Judgement) -> bool:
    return (a.verdict, a.action, a.variant) != (b.verdict, b.action, b.variant)


def _stopped(state: State, one: Look) -> State:
    return replace(state, stopped_at=one.clock) if state.judgement.latched and state.stopped_at is None else state
