"""Betting on the arm label of a bounded amount: exact, and from power sums alone.

For amounts y in [0, cap], the score x = (A - rho)(y - c) of a unit with label A has mean zero if the treatment does
nothing, and rho (1 - rho) times the difference in means otherwise. With B >= -x, lambda in [0, 1) and psi(lambda) =
-log(1 - lambda) - lambda, the factor exp(lambda x / B - psi(lambda) x^2 / B^2) is at most 1 + lambda x / B (Fan, Grama
and Liu 2015, Electron. J. Probab. 20), so its mean is at most one. The wealth depends on the sums of x and x^2 only,
and those on n, sum y and sum y^2 of each arm. See docs/tests/bounded_bet.md for when not to use it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from stats.arrays import Array, as_level, as_positive, as_probabilities, sign, within
from stats.effects import in_units, mde_in_units
from stats.logspace import cross, logsumexp
from stats.moments import moments
from stats.power_sums import label_sums
from stats.sequential.base import NO_EFFECT, Design, Effect, Interval, Rho, SequentialTest, Totals, register
from stats.strata import SMALLEST_PHASE, phase_shares, weighted

STEPS = 0.09 * np.arange(1, 11)
COST = -np.log1p(-STEPS) - STEPS
CENTRES = np.geomspace(1 / 1000, 1 / 2, 6)  # of the cap: amounts are skewed, most lie far below it
TOLERANCE = 1e-9  # of an interval's end, as a share of the cap
SIDES = 1, -1


@dataclass(frozen=True, slots=True)
class BoundedBet:
    """Prior of the bettor, fixed before the first unit.

    Args:
        cap: largest amount of one unit, > 0; larger ones were capped before they were summed.
        baseline: expected mean amount in (0, cap), or None; a wrong one costs power, never validity.

    Every method takes n, total and squares, (..., phases, 2) integers of control and treatment: matured units, the sum
    of their amounts and the sum of squares, of any size in object arrays; and rho, (phases,): the probability of
    treatment among the two arms, at exposure. cap, baseline and differences are in the units of the summed amounts.
    """

    cap: float
    baseline: float | None = None

    def __post_init__(self) -> None:
        as_positive("cap", self.cap)
        if self.baseline is not None:
            as_probabilities("baseline / cap", self.baseline / self.cap)

    def log_wealth(
        self,
        n: ArrayLike,
        total: ArrayLike,
        squares: ArrayLike,
        rho: Sequence[float],
        side: int = 1,
        difference: float = 0.0,
    ) -> Array:
        """Log e-process against m_T - m_C <= difference (side 1) or >= difference (side -1); (...,) logarithms."""
        within("difference", difference, -self.cap, self.cap)
        sums = label_sums(n, total, squares, rho, self._centres()[0], self.cap)
        return self._mixture(sums, np.asarray(rho), np.asarray(sign("side", side)), np.asarray(difference))

    def interval(
        self, n: ArrayLike, total: ArrayLike, squares: ArrayLike, rho: Sequence[float], alpha: float
    ) -> tuple[Array, Array]:
        """Differences m_T - m_C that no one-sided bet excludes at alpha/2; what is never excluded reaches to +-cap."""
        threshold = np.log(2 / as_level("alpha", alpha))
        sums = label_sums(n, total, squares, rho, self._centres()[0], self.cap)
        both = (2,) + (1,) * (sums[0].ndim - 2)
        outside = np.broadcast_to(np.reshape([-self.cap, self.cap], both), (2, *sums[0].shape[:-2]))

        def excess(difference: Array) -> Array:
            return self._mixture(sums, np.asarray(rho), np.reshape(SIDES, both), difference) - threshold

        lower, upper = cross(excess, outside, outside[::-1], TOLERANCE * self.cap)
        return lower, upper

    def _mixture(self, sums: tuple[Array, ...], rho: Array, side: Array, difference: Array) -> Array:
        """Log wealth over the grid of centres and stakes, for (...,) sides and differences."""
        units, first, second = sums
        centres, log_weights = self._centres()
        shift = (rho * (1 - rho))[:, None] * difference[..., None, None]
        gain = side[..., None, None] * (first - units * shift)
        spread = second - 2 * shift * first + units * shift**2
        largest = (self._largest_loss(rho, centres, side) + np.abs(shift)).max(axis=-2)
        share, variation = gain.sum(axis=-2) / largest, spread.sum(axis=-2) / largest**2
        log_paths = share[..., None] * STEPS - variation[..., None] * COST + log_weights[:, None]
        return np.asarray(logsumexp(log_paths.reshape(*log_paths.shape[:-2], -1)) - np.log(STEPS.size))

    def _largest_loss(self, rho: Array, centres: Array, side: Array) -> Array:
        """Of one unit, by phase and centre: a control at the cap or a treated one at zero, and the reverse."""
        odds = rho[:, None]
        up = np.maximum(odds * (self.cap - centres), (1 - odds) * centres)
        down = np.maximum((1 - odds) * (self.cap - centres), odds * centres)
        return np.asarray(np.where(side[..., None, None] > 0, up, down))

    def _centres(self) -> tuple[Array, Array]:
        nodes, equal = self.cap * CENTRES, np.full(CENTRES.size, -np.log(CENTRES.size))
        if self.baseline is None:
            return nodes, equal
        return np.r_[self.baseline, nodes], np.r_[0.0, equal] - np.log(2)


@register
class BetOnAmounts(SequentialTest):
    """The bet as a test: its design in the metric's unit, its totals in integers."""

    name = "bounded_bet"
    outcomes = ("amount",)
    cells = ("n", "sum", "squares")
    null = "treatment does not raise (side 1) or lower (side -1) the mean, whenever a unit enters"
    exact = True
    two_sided = True
    borders = ("difference", "lift")

    def __init__(self, design: Design) -> None:
        mde_in_units(design)
        as_level("alpha", design.alpha)
        if design.cap is None:
            raise ValueError("cap must be in (0, inf), got None")
        as_positive("cap", design.cap)
        as_positive("scale", design.scale)
        baseline = None if design.baseline is None else design.baseline * design.scale
        self._design, self._bet = design, BoundedBet(round(design.cap * design.scale), baseline)

    def log_e(self, totals: Totals, rho: Rho, side: int, beyond: Effect = NO_EFFECT) -> Array:
        border = in_units("border", beyond, self._design) * self._design.scale
        return self._bet.log_wealth(totals["n"], totals["sum"], totals["squares"], rho, side, border)

    def estimate(self, totals: Totals, rho: Rho, *, relative: bool = False) -> Array:
        """The stratified difference: a plain description, that needs no bound of the amounts."""
        mean, variance = moments(totals["n"], totals["sum"], totals["squares"], self._design.scale)
        arms = weighted(totals["n"], mean, variance, phase_shares(totals["n"], rho, SMALLEST_PHASE))
        return arms.lift() if relative else arms.difference()[0]

    def interval(self, totals: Totals, rho: Rho, alpha: float, *, relative: bool = False) -> Interval:
        """Of the difference, nan where the labels are so far from rho that none fits; there is none of the lift."""
        lower, upper = self._bet.interval(totals["n"], totals["sum"], totals["squares"], rho, alpha)
        unit = np.where((lower <= upper) & (not relative), float(self._design.scale), np.nan)
        return lower / unit, upper / unit
