"""Betting on the arm label: the exact sequential test for binary metrics.

Given everything that does not depend on the labels, a unit is in treatment with its declared probability rho. A bettor
who stakes a fraction lambda of the wealth on "converters are treated more often than rho says" multiplies it, unit by
unit, by 1 + lambda (A - rho)(y - c). Under the null the wealth is a martingale, so it exceeds 1/alpha with probability
at most alpha (Ville 1939), whenever one looks. The first coin is spread over a fixed grid of centres c and stakes
lambda, so the wealth is a function of integer totals alone. See docs/tests/label_bet.md for when not to use it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from stats.arrays import Array, as_level, as_probabilities, sign, within
from stats.logspace import cross
from stats.sequential.base import NO_EFFECT, Design, Effect, Interval, Rho, SequentialTest, Totals, register
from stats.sequential.nulls import Difference, Equal, Lift, Null
from stats.sequential.wealth import Prior, flat, log_growth, log_wealth, mixture
from stats.sequential.yes_no import effect, label_cells, relative_mde

TOLERANCE = 1e-9
DIFFERENCES = -1.0, 1.0
LIFTS = -1.0, 10.0
SIDES = 1, -1


@dataclass(frozen=True, slots=True)
class LabelBet(Prior):
    """The bets of one prior.

    Every method takes cells, (..., phases, 4) units: treated converters, control converters, treated others, control
    others; and rho, (phases,): the probability of treatment among the two arms, at exposure. The same totals give the
    same bytes in any order of units.
    """

    def log_wealth(self, cells: ArrayLike, rho: Rho, side: int = 1, difference: float = 0.0) -> Array:
        """Log e-process against p_T - p_C <= difference (side 1) or >= difference (side -1); (...,) natural logarithms.

        On matured cells the null may be composite; at difference 0 on cells of "converted by now" it is the sharp one.
        """
        null = Difference(within("difference", difference, *DIFFERENCES)) if np.any(difference) else Equal()
        return log_wealth(self, null, cells, rho, sign("side", side))

    def log_wealth_relative(self, cells: ArrayLike, rho: Rho, side: int, lift: float) -> Array:
        """Log e-process against p_T <= (1 + lift) p_C (side 1) or >= (side -1); matured cells only."""
        return log_wealth(self, Lift(within("lift", lift, *LIFTS)), cells, rho, sign("side", side))

    def difference_interval(self, cells: ArrayLike, rho: Rho, alpha: float) -> tuple[Array, Array]:
        """Differences p_T - p_C that no one-sided bet excludes at alpha/2; what is never excluded reaches to +-1."""
        return self._interval(Difference, DIFFERENCES, cells, rho, alpha)

    def relative_interval(self, cells: ArrayLike, rho: Rho, alpha: float) -> tuple[Array, Array]:
        """Lifts p_T / p_C - 1 in [-1, 10] that no one-sided bet excludes at alpha/2; no minimum of conversions."""
        return self._interval(Lift, LIFTS, cells, rho, alpha)

    def _interval(
        self, null: Callable[[Array], Null], edges: tuple[float, float], cells: ArrayLike, rho: Rho, alpha: float
    ) -> tuple[Array, Array]:
        units, odds, threshold = flat(cells, rho), as_probabilities("rho", rho), np.log(2 / as_level("alpha", alpha))
        both = (2,) + (1,) * (units.ndim - 1)
        outside = np.broadcast_to(np.reshape(edges, both), (2, *units.shape[:-1]))

        def excess(margin: Array) -> Array:
            growth = log_growth(self, null(margin), odds, np.reshape(SIDES, both))
            return mixture(self, units, growth) - threshold

        lower, upper = cross(excess, outside, outside[::-1], TOLERANCE)
        return lower, upper

    def against(self, totals: Totals, rho: Rho, side: int, beyond: Effect) -> Array:
        """Log e-process of matured totals against an effect that is not above (side 1), not below (-1) a border."""
        wealth = self.log_wealth_relative if beyond.relative else self.log_wealth
        return wealth(label_cells(totals, rho), rho, side, beyond.size)


@register
class LabelBetTest(SequentialTest):
    """The default of yes-or-no metrics: exact at every look, for any delay, drift and ramp."""

    name = "label_bet"
    outcomes = ("yes_no",)
    cells = ("n", "converted")
    null = "at no time of entry does the treatment's rate lie beyond the border"
    exact = True
    two_sided = True
    borders = ("difference", "lift")

    def __init__(self, design: Design) -> None:
        self.design = design
        self.bet = LabelBet(relative_mde(design), design.baseline)

    def log_e(self, totals: Totals, rho: Rho, side: int, beyond: Effect = NO_EFFECT) -> Array:
        return self.bet.against(totals, rho, side, beyond)

    def estimate(self, totals: Totals, rho: Rho, *, relative: bool = False) -> Array:
        return effect(totals, rho, relative=relative)

    def interval(self, totals: Totals, rho: Rho, alpha: float, *, relative: bool = False) -> Interval:
        """Of all effects; nan where the labels contradict rho so much that none is left."""
        invert = self.bet.relative_interval if relative else self.bet.difference_interval
        lower, upper = invert(label_cells(totals, rho), rho, alpha)
        left = lower <= upper
        return np.where(left, lower, np.nan), np.where(left, upper, np.nan)
