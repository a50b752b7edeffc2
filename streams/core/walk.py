"""The evidence of an experiment along consecutive looks: current, highest, and which thresholds were reached."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from stats.arrays import Array
from stats.evidence import running
from streams.core.cells import Matrix
from streams.core.definition import Experiment
from streams.core.gates import units_in
from streams.core.look import Look
from streams.core.state import Crossing, State
from streams.core.tracks import SRM, adjusted, any_primary, evidence, thresholds

Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


class Path(NamedTuple):
    """Evidence along the looks, each (looks, tracks): current, highest so far, best so far as adjusted, and reached."""

    log_e: Array
    highest: Array
    best: Array
    reached: Flags


def walk(x: Experiment, state: State, matrix: Matrix) -> Path:
    """Follow the evidence from the state along cells (looks, cells)."""
    log_e = evidence(x, matrix)
    highest = running(state.max_log_e, log_e)
    best = running(state.best, adjusted(x, log_e, highest))
    return Path(log_e, highest, best, _reached(x, state, matrix, log_e, any_primary(x, best)))


def as_of(x: Experiment, state: State, path: Path, looks: Sequence[Look], at: int) -> State:
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
    reached = best >= thresholds(x)
    reached[:, SRM] = log_e[:, SRM] >= thresholds(x)[SRM]
    if reached[:, SRM].any():
        reached[:, SRM] &= _lopsided(x, matrix)
    reached[0, [int(i) for i in state.crossings]] = True
    return np.asarray(np.logical_or.accumulate(reached, axis=0))


def _lopsided(x: Experiment, matrix: Matrix) -> Flags:
    """Whether some arm's share of the units is off by enough to care, with units enough to tell."""
    srm, entered = x.spec.statistics.srm, x.layout.units.field(matrix, "entered").astype(float)
    units = entered.sum(axis=(1, 2))
    expected = (entered.sum(axis=2)[..., None] * np.array(x.weights)).sum(axis=1)
    off = np.abs(entered.sum(axis=1) - expected).max(axis=1) >= srm.min_deviation * units
    return np.asarray((units >= max(srm.min_units, 1)) & off)


def _crossings(x: Experiment, state: State, path: Path, looks: Sequence[Look], at: int) -> dict[str, Crossing]:
    found = {}
    for i in map(int, np.flatnonzero(path.reached[at])):
        if str(i) not in state.crossings:
            first = int(path.reached[:, i].argmax())
            one, log_e = looks[first], float(path.best[first, i])
            found[str(i)] = Crossing(one.clock, units_in(x, one.cells), log_e, one.offsets, one.clocks, one.cells)
    return found
