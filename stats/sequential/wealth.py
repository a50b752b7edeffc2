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
    return mixture(prior, flat(cells, rho), log_growth(prior, null, as_probabilities("rho", rho), side))


def flat(cells: ArrayLike, rho: Rho) -> Array:
    units = as_counts("cells", cells)
    phases = np.shape(rho)[-1]
    if units.shape[-2:] != (phases, 4):
        raise ValueError(f"cells must have shape (..., phases, 4) with the {phases} phases of rho, got {units.shape}")
    return units.reshape(*units.shape[:-2], -1)


def mixture(prior: Prior, units: Array, growth: Array) -> Array:
    """(...,) log of the wealth over all nodes, of (..., phases * 4) units that let each node grow so much."""
    logs = np.einsum("...u,...un->...n", units, growth)
    logs += _log_weights(prior.baseline is not None, prior.steps)
    return logsumexp(logs)


def log_growth(prior: Prior, null: Null, rho: Array, side: ArrayLike) -> Array:
    """Log factor of one unit of each cell at each node: (..., phases * 4, centres * steps)."""
    baseline = None if prior.baseline is None else np.asarray(prior.baseline)[..., None]
    centres = CENTRES if baseline is None else _with(baseline)
    scale = null.scale(np.asarray(prior.mde)[..., None], baseline, centres)[..., None] * np.array(prior.steps)
    stake = np.minimum(scale, LARGEST_LOSS / null.bound(centres)[..., None])
    gain = np.asarray(side)[..., None, None, None] * null.gain(rho, centres)
    growth = np.log1p(gain[..., None] * stake[..., None, None, :, :])
    return np.asarray(growth.reshape(*growth.shape[:-4], rho.shape[-1] * 4, -1))


def _with(baseline: Array) -> Array:
    """(..., centres) of a bettor who knows (..., 1) a baseline."""
    usual = np.broadcast_to(CENTRES, (*baseline.shape[:-1], CENTRES.size))
    return np.concatenate([baseline, usual], axis=-1)


@lru_cache(maxsize=2**4)
def _log_weights(declared: bool, steps: tuple[float, ...]) -> Array:
    """Of all nodes: half of the coin goes to a declared baseline; stakes have a half-normal prior."""
    equal, half_normal = np.full(CENTRES.size, -np.log(CENTRES.size)), -0.5 * np.square(steps)
    centres = np.r_[0.0, equal] - np.log(2) if declared else equal
    return np.asarray(np.add.outer(centres, half_normal - logsumexp(half_normal)).ravel())
