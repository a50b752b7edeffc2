"""The label bet's first coin, spread over a fixed grid of centres c and stakes lambda, and what becomes of it."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from stats.arrays import Array, as_counts, as_positive, as_probabilities
from stats.logspace import logsumexp
from stats.sequential.base import Rho
from stats.sequential.nulls import Null

STEPS = tuple(0.4 * k for k in range(1, 11))  # stakes in units of their scale: from well below the MDE to four times it
CENTRES = 1 / (1 + np.exp(-np.linspace(np.log(0.004 / 0.996), np.log(0.75 / 0.25), 6)))
LARGEST_LOSS = 0.95  # of the wealth, by one unit


@dataclass(frozen=True, slots=True)
class Prior:
    """Of the bettor, fixed before the first unit.

    Args:
        mde: relative effect worth detecting, > 0.
        baseline: expected conversion rate in (0, 1), or None; a wrong one costs power, never validity.
        steps: stakes in units of mde / (1 - centre), weighted by a half-normal prior.
    """

    mde: float
    baseline: float | None = None
    steps: tuple[float, ...] = STEPS

    def __post_init__(self) -> None:
        as_positive("mde", self.mde)
        if self.baseline is not None:
            as_probabilities("baseline", self.baseline)


def log_wealth(prior: Prior, null: Null, cells: ArrayLike, rho: Rho, side: int) -> Array:
    """(...,) log wealth of cells, (..., phases, 4), bet against one null."""
    return mixture(prior, flat(cells, rho), _table(prior, null, tuple(map(float, rho)), side))


def flat(cells: ArrayLike, rho: Rho) -> Array:
    units = as_counts("cells", cells)
    if units.shape[-2:] != (len(rho), 4):
        raise ValueError(f"cells must have shape (..., phases, 4) with the {len(rho)} phases of rho, got {units.shape}")
    return units.reshape(*units.shape[:-2], -1)


def mixture(prior: Prior, units: Array, growth: Array) -> Array:
    """(...,) log of the wealth over all nodes, of (..., phases * 4) units that let each node grow so much."""
    logs = np.einsum("...u,...un->...n", units, growth)
    logs += _log_weights(prior)
    return logsumexp(logs)


def log_growth(prior: Prior, null: Null, rho: Array, side: ArrayLike) -> Array:
    """Log factor of one unit of each cell at each node: (..., phases * 4, centres * steps)."""
    centres, _ = _centres(prior.baseline)
    scale = null.scale(prior.mde, prior.baseline, centres)[:, None] * np.array(prior.steps)
    stake = np.minimum(scale, LARGEST_LOSS / null.bound(centres)[..., None])
    gain = np.asarray(side)[..., None, None, None] * null.gain(rho, centres)
    growth = np.log1p(gain[..., None] * stake[..., None, None, :, :])
    return np.asarray(growth.reshape(*growth.shape[:-4], rho.size * 4, -1))


@lru_cache(maxsize=2**14)
def _table(prior: Prior, null: Null, rho: tuple[float, ...], side: int) -> Array:
    return log_growth(prior, null, as_probabilities("rho", rho), side)


@lru_cache(maxsize=2**10)
def _log_weights(prior: Prior) -> Array:
    half_normal = -0.5 * np.square(prior.steps)
    _, log_weights = _centres(prior.baseline)
    return np.asarray(np.add.outer(log_weights, half_normal - logsumexp(half_normal)).ravel())


@lru_cache(maxsize=2**10)
def _centres(baseline: float | None) -> tuple[Array, Array]:
    equal = np.full(len(CENTRES), -np.log(len(CENTRES)))
    if baseline is None:
        return CENTRES, equal
    return np.r_[baseline, CENTRES], np.r_[0.0, equal] - np.log(2)
