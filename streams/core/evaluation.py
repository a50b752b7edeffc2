"""From counts to decisions: newest cells of every partition, evidence, what was reached, verdict.

Looks come in batches: the worker judges one at a time, a replay thousands, with the same function and the same bytes.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from streams.core import cells, decision
from streams.core.attribution import Counts
from streams.core.cells import Matrix
from streams.core.definition import Experiment
from streams.core.policy import Gates, judge
from streams.core.state import Crossing, Judgement, Part, State
from streams.core.status import Statuses
from streams.core.tracks import SRM, Array, adjusted, any_primary, evidence, tracks

Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
WORTH_KEEPING = 0.01  # growth of a running maximum that must not be lost


class Look(NamedTuple):
    """All partitions at one moment: next offsets and clock (ms) by partition, and the sum of their cells."""

    offsets: dict[str, tuple[int, int]]
    clocks: dict[str, int]
    cells: list[int]

    @property
    def clock(self) -> int:
        """The instant all partitions have reached."""
        return min(self.clocks.values())


class Outcome(NamedTuple):
    """State after a look, the decisions it made, and whether the counts were newer than what was known."""

    state: State
    decisions: list[bytes]
    fresh: bool


def begin(x: Experiment) -> State:
    """Nothing seen yet."""
    none = [0.0] * len(tracks(x))
    return State(x.config_hash, x.epoch, log_e=none, max_log_e=none, best=none)


def look(x: Experiment, state: State | None, counts: Counts, partitions: int) -> Outcome:
    """Take the counts of one source partition; judge once every one of `partitions` has been heard."""
    state = state or begin(x)
    known = state.parts.get(str(counts.partition))
    if counts.config_hash != x.config_hash or (known and not known.is_older_than(counts.offsets, counts.clock)):
        return Outcome(state, [], fresh=False)
    part = Part(counts.offsets, counts.clock, counts.cells)
    state = replace(state, parts={**state.parts, str(counts.partition): part})
    if len(state.parts) < partitions:
        return Outcome(state, [], fresh=True)
    return Outcome(*consider(x, state, [present(state)]), fresh=True)


def present(state: State) -> Look:
    """The sum over the partitions."""
    totals = [sum(column) for column in zip(*(part.cells for part in state.parts.values()), strict=True)]
    offsets = {p: part.offsets for p, part in state.parts.items()}
    return Look(offsets, {p: part.clock for p, part in state.parts.items()}, totals)


def consider(x: Experiment, state: State, looks: Sequence[Look], *, silence: bool = True) -> tuple[State, list[bytes]]:
    """Judge consecutive looks. `silence` lets the verdict become `no_data`."""
    path = _walk(x, state, np.array([one.cells for one in looks], dtype=object))
    gates = list(_gates(x, state, looks, silence=silence))
    decisions = []
    for at, statuses in _turns(x, path.reached, gates):
        judgement = judge(x, statuses, gates[at], state.judgement)
        if _differs(judgement, state.judgement):
            state = replace(_as_of(x, state, path, looks, at), judgement=judgement)
            state, record = decision.decide(x, _stopped(state, looks[at]), looks[at], statuses)
            decisions.append(record)
    state = _as_of(x, state, path, looks, len(looks) - 1)
    return replace(state, exposed=_heard(state, looks)[-1]), decisions


def worth_keeping(before: State | None, after: State) -> bool:
    """Whether something moved that the next counts can't bring back."""
    if before is None or before.decided != after.decided or before.crossings != after.crossings:
        return True
    return any(b - a > WORTH_KEEPING for a, b in zip(before.max_log_e, after.max_log_e, strict=True))


class _Path(NamedTuple):
    """Evidence along the looks, each (looks, tracks): current, highest so far, best so far as adjusted, and reached."""

    log_e: Array
    highest: Array
    best: Array
    reached: Flags


def _walk(x: Experiment, state: State, matrix: Matrix) -> _Path:
    log_e = evidence(x, matrix)
    highest = _running(state.max_log_e, log_e)
    best = _running(state.best, adjusted(x, log_e, highest))
    return _Path(log_e, highest, best, _reached(x, state, matrix, log_e, any_primary(x, best)))


def _running(start: list[float], log_e: Array) -> Array:
    return np.maximum.accumulate(np.vstack([start, log_e]), axis=0)[1:]


def _as_of(x: Experiment, state: State, path: _Path, looks: Sequence[Look], at: int) -> State:
    """The state once a look of the batch has been taken."""
    return replace(
        state,
        log_e=path.log_e[at].tolist(),
        max_log_e=path.highest[at].tolist(),
        best=path.best[at].tolist(),
        crossings=state.crossings | _crossings(x, state, path, looks, at),
    )


def _reached(x: Experiment, state: State, matrix: Matrix, log_e: Array, best: Array) -> Flags:
    """(looks, tracks): thresholds reached by then."""
    reached = best >= np.array([track.threshold for track in tracks(x)])
    reached[:, SRM] = (log_e[:, SRM] >= tracks(x)[SRM].threshold) & _lopsided(x, matrix)
    reached[0] |= [str(i) in state.crossings for i in range(len(tracks(x)))]
    return np.asarray(np.logical_or.accumulate(reached, axis=0))


def _lopsided(x: Experiment, matrix: Matrix) -> Flags:
    """Whether some arm's share of the units is off by enough to care, with units enough to tell."""
    srm, entered = x.spec.statistics.srm, x.layout.units.field(matrix, "entered").astype(float)
    units = entered.sum(axis=(1, 2))
    expected = (entered.sum(axis=2)[..., None] * np.array(x.weights)).sum(axis=1)
    off = np.abs(entered.sum(axis=1) - expected).max(axis=1) >= srm.min_deviation * units
    return np.asarray((units >= max(srm.min_units, 1)) & off)


def _crossings(x: Experiment, state: State, path: _Path, looks: Sequence[Look], at: int) -> dict[str, Crossing]:
    found = {}
    for i in map(int, np.flatnonzero(path.reached[at])):
        if str(i) not in state.crossings:
            first = int(path.reached[:, i].argmax())
            one, log_e = looks[first], float(path.best[first, i])
            found[str(i)] = Crossing(one.clock, _units(x, one.cells), log_e, one.offsets, one.clocks, one.cells)
    return found


def _units(x: Experiment, totals: list[int]) -> int:
    return sum(totals[x.layout.units.start : x.layout.units.stop])


def _gates(x: Experiment, state: State, looks: Sequence[Look], *, silence: bool) -> Iterator[Gates]:
    schedule, exposing = x.spec.schedule, x.spec.exposure
    began, ends = x.effective_from, end_of_counting(x)
    for one, (_, heard) in zip(looks, _heard(state, looks), strict=True):
        units, crossed = _units(x, one.cells), one.cells[cells.index("multi_variant")]
        yield Gates(
            warm=units >= schedule.min_units,
            ran=began is not None and one.clock >= began + schedule.min_runtime,
            ended=ends is not None and one.clock >= ends,
            crossed=crossed > 0 and crossed >= exposing.block_ratio * (units + crossed),
            silent=silence and one.clock - heard > schedule.no_data_grace,
        )


def _heard(state: State, looks: Sequence[Look]) -> list[tuple[int, int]]:
    """At each look the number of accepted exposures, and the clock at which it last grew."""
    out = [state.exposed]
    for one in looks:
        exposures = one.cells[cells.index("exposures")]
        out.append(out[-1] if exposures == out[-1][0] else (exposures, one.clock))
    return out[1:]


def end_of_counting(x: Experiment) -> int | None:
    """The instant (ms) at which the last unit that may enter has matured, if the epoch's start is known."""
    stop_at, began = x.spec.schedule.stop_at, x.effective_from
    ends = [end for end in (stop_at, None if began is None else began + x.spec.schedule.max_runtime) if end is not None]
    return min(ends) + x.longest + x.lateness if ends else None


def _turns(x: Experiment, reached: Flags, gates: list[Gates]) -> Iterator[tuple[int, Statuses]]:
    """Looks at which something that a verdict depends on is new."""
    statuses, last = None, None
    for at, gate in enumerate(gates):
        if statuses is None or not np.array_equal(reached[at], reached[at - 1]):
            statuses, last = Statuses(x, frozenset(map(int, np.flatnonzero(reached[at])))), None
        if gate != last:
            last = gate
            yield at, statuses


def _differs(a: Judgement, b: Judgement) -> bool:
    return (a.verdict, a.action, a.variant) != (b.verdict, b.action, b.variant)


def _stopped(state: State, one: Look) -> State:
    return replace(state, stopped_at=one.clock) if state.judgement.latched and state.stopped_at is None else state
