"""Betting on the arm label: the exact sequential test for binary metrics.

Given everything that does not depend on the labels, a unit is in treatment with its declared probability rho. A bettor
who stakes a fraction lambda of the wealth on "converters are treated more often than rho says" multiplies it, unit by
unit, by 1 + lambda (A - rho)(y - c). Under the null the wealth is a martingale, so it exceeds 1/alpha with probability
at most alpha (Ville 1939), whenever one looks. The first coin is spread over a fixed grid of centres c and stakes
lambda, so the wealth is a function of integer totals alone. See docs/tests/label_bet.md for when not to use it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from stats.arrays import Array, Mask, as_counts, as_level, as_positive, as_probabilities, sign, within
from stats.logspace import bisect, logsumexp
from stats.sequential.nulls import Difference, Equal, Lift, Null

STEPS = tuple(0.4 * k for k in range(1, 11))  # stakes in units of their scale: from well below the MDE to four times it
CENTRES = 1 / (1 + np.exp(-np.linspace(np.log(0.004 / 0.996), np.log(0.75 / 0.25), 6)))
LARGEST_LOSS = 0.95  # of the wealth, by one unit
TOLERANCE = 1e-9
DIFFERENCES = -1.0, 1.0
LIFTS = -1.0, 10.0
SIDES = 1, -1

Rho = Sequence[float] | Array


@dataclass(frozen=True, slots=True)
class LabelBet:
    """Prior of the bettor, fixed before the first unit.

    Args:
        mde: relative effect worth detecting, > 0.
        baseline: expected conversion rate in (0, 1), or None; a wrong one costs power, never validity.
        steps: stakes in units of mde / (1 - centre), weighted by a half-normal prior.

    Every method takes cells, (..., phases, 4) units: treated converters, control converters, treated others, control
    others; and rho, (phases,): the probability of treatment among the two arms, at exposure. The same totals give the
    same bytes in any order of units.
    """

    mde: float
    baseline: float | None = None
    steps: tuple[float, ...] = STEPS

    def __post_init__(self) -> None:
        as_positive("mde", self.mde)
        if self.baseline is not None:
            as_probabilities("baseline", self.baseline)

    def log_wealth(self, cells: ArrayLike, rho: Rho, side: int = 1, difference: float = 0.0) -> Array:
        """Log e-process against p_T - p_C <= difference (side 1) or >= difference (side -1); (...,) natural logarithms.

        On matured cells the null may be composite; at difference 0 on cells of "converted by now" it is the sharp one.
        """
        null = Difference(within("difference", difference, *DIFFERENCES)) if difference else Equal()
        return _log_wealth(self, null, cells, rho, side)

    def log_wealth_relative(self, cells: ArrayLike, rho: Rho, side: int, lift: float) -> Array:
        """Log e-process against p_T <= (1 + lift) p_C (side 1) or >= (side -1); matured cells only."""
        return _log_wealth(self, Lift(within("lift", lift, *LIFTS)), cells, rho, side)

    def difference_interval(self, cells: ArrayLike, rho: Rho, alpha: float) -> tuple[Array, Array]:
        """Differences p_T - p_C that no one-sided bet excludes at alpha/2; what is never excluded reaches to +-1."""
        return self._interval(Difference, DIFFERENCES, cells, rho, alpha)

    def relative_interval(self, cells: ArrayLike, rho: Rho, alpha: float) -> tuple[Array, Array]:
        """Lifts p_T / p_C - 1 in [-1, 10] that no one-sided bet excludes at alpha/2; no minimum of conversions."""
        return self._interval(Lift, LIFTS, cells, rho, alpha)

    def _interval(
        self, null: Callable[[Array], Null], edges: tuple[float, float], cells: ArrayLike, rho: Rho, alpha: float
    ) -> tuple[Array, Array]:
        units, odds, threshold = _flat(cells, rho), as_probabilities("rho", rho), np.log(2 / as_level("alpha", alpha))
        both = (2,) + (1,) * (units.ndim - 1)
        outside = np.broadcast_to(np.reshape(edges, both), (2, *units.shape[:-1]))

        def excluded(margin: Array) -> Mask:
            growth = _log_growth(self, null(margin), odds, np.reshape(SIDES, both))
            return np.asarray(_mixture(self, units, growth) >= threshold)

        lower, upper = bisect(excluded, outside, outside[::-1], TOLERANCE)
        return lower, upper


def two_sided(log_up: ArrayLike, log_down: ArrayLike) -> Array:
    """Log of the average of two e-processes: an e-process for the nulls that both of them test."""
    return np.asarray(np.logaddexp(log_up, log_down) - np.log(2))


def _log_wealth(bet: LabelBet, null: Null, cells: ArrayLike, rho: Rho, side: int) -> Array:
    odds = tuple(map(float, rho))
    return _mixture(bet, _flat(cells, rho), _table(bet, null, odds, sign("side", side)))


def _flat(cells: ArrayLike, rho: Rho) -> Array:
    units = as_counts("cells", cells)
    if units.shape[-2:] != (len(rho), 4):
        raise ValueError(f"cells must have shape (..., phases, 4) with the {len(rho)} phases of rho, got {units.shape}")
    return units.reshape(*units.shape[:-2], -1)


def _mixture(bet: LabelBet, units: Array, growth: Array) -> Array:
    return logsumexp(np.einsum("...u,...un->...n", units, growth) + _log_weights(bet))


@lru_cache(maxsize=2**14)
def _table(bet: LabelBet, null: Null, rho: tuple[float, ...], side: int) -> Array:
    return _log_growth(bet, null, as_probabilities("rho", rho), side)


def _log_growth(bet: LabelBet, null: Null, rho: Array, side: ArrayLike) -> Array:
    """Log factor of one unit of each cell at each node: (..., phases * 4, centres * steps)."""
    centres, _ = _centres(bet.baseline)
    scale = null.scale(bet.mde, bet.baseline, centres)[:, None] * np.array(bet.steps)
    stake = np.minimum(scale, LARGEST_LOSS / null.bound(centres)[..., None])
    gain = np.asarray(side)[..., None, None, None] * null.gain(rho, centres)
    growth = np.log1p(gain[..., None] * stake[..., None, None, :, :])
    return np.asarray(growth.reshape(*growth.shape[:-4], rho.size * 4, -1))


@lru_cache(maxsize=2**10)
def _log_weights(bet: LabelBet) -> Array:
    prior = -0.5 * np.square(bet.steps)
    _, log_weights = _centres(bet.baseline)
    return np.asarray(np.add.outer(log_weights, prior - logsumexp(prior)).ravel())


@lru_cache(maxsize=2**10)
def _centres(baseline: float | None) -> tuple[Array, Array]:
    equal = np.full(len(CENTRES), -np.log(len(CENTRES)))
    if baseline is None:
        return CENTRES, equal
    return np.r_[baseline, CENTRES], np.r_[0.0, equal] - np.log(2)
