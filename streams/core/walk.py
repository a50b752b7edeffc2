"""The evidence of experiments along consecutive looks: current, highest, and which thresholds were reached."""

from collections.abc import Sequence
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from stats.arrays import Array
from stats.evidence import running
from streams.core.abreast import Abreast, adjusted, any_primary, evidence, starts
from streams.core.cells import Matrix
from streams.core.definition import Experiment
from streams.core.gates import units_in
from streams.core.look import Look
from streams.core.state import Crossing, State
from streams.core.tracks import SRM, thresholds, tracks

Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


class Path(NamedTuple):
    """Evidence along the looks, each (looks, tracks): current, highest so far, best so far as adjusted, and reached."""

    log_e: Array
    highest: Array
    best: Array
    reached: Flags


def walk(xs: Abreast, states: Sequence[State], matrices: Sequence[Matrix]) -> list[Path]:
    """Follow the evidence from each state along as many cells (looks, cells) of each experiment."""
    log_e = evidence(xs, matrices)
    highest = running(_joined([state.max_log_e for state in states]), log_e)
    best = running(_joined([state.best for state in states]), adjusted(xs, log_e, highest))
    path = log_e, highest, best, _reached(xs, states, matrices, log_e, any_primary(xs, best))
    return [_part(path, slice(*ends)) for ends in pairwise(starts(xs))]


def stay(x: Experiment, state: State) -> Path:
    """One look at the cells of the look before: nothing has moved."""
    reached = np.zeros((1, len(tracks(x))), dtype=np.bool_)
    reached[0, [int(i) for i in state.crossings]] = True
    return Path(np.array([state.log_e]), np.array([state.max_log_e]), np.array([state.best]), reached)


def places(flags: Flags) -> list[int]:
    """Where (n,) flags are set."""
    return flags.nonzero()[0].tolist()  # half of what numpy's own function for it costs


def _part(path: tuple[Array, Array, Array, Flags], own: slice) -> Path:
    log_e, highest, best, reached = path
    return Path(log_e[:, own], highest[:, own], best[:, own], reached[:, own])


def as_of(x: Experiment, state: State, path: Path, looks: Sequence[Look], at: int) -> State:
    """The state once a look of the batch has been taken."""
    return replace(
        state,
        log_e=path.log_e[at].tolist(),
        max_log_e=path.highest[at].tolist(),
        best=path.best[at].tolist(),
        crossings=state.crossings | _crossings(x, state, path, looks, at),
    )


def _joined(tracks_: Sequence[Sequence[float]]) -> Array:
    return np.array([*chain.from_iterable(tracks_)])


def _reached(xs: Abreast, states: Sequence[State], matrices: Sequence[Matrix], log_e: Array, best: Array) -> Flags:
    """(looks, tracks): thresholds reached by then."""
    bar, srm = np.concatenate([thresholds(x) for x in xs]), np.array(starts(xs)[:-1]) + SRM
    reached = best >= bar
    reached[:, srm] = log_e[:, srm] >= bar[srm]
    for i in places(np.asarray(reached[:, srm].any(axis=0))):
        reached[:, srm[i]] &= _lopsided(xs[i], matrices[i])
    reached[0, [start + int(i) for start, state in zip(starts(xs), states, strict=False) for i in state.crossings]] = (
        True
    )
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
    for i in places(path.reached[at]):
        if str(i) not in state.crossings:
            first = int(path.reached[:, i].argmax())
            one, log_e = looks[first], float(path.best[first, i])
            found[str(i)] = Crossing(one.clock, units_in(x, one.cells), log_e, one.offsets, one.clocks, one.cells)
    return found
