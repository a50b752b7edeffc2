"""What tests of the converters' labels share.

Given that a unit converts, it was treated with probability m = rho (1 + r) / (rho (1 + r) + 1 - rho), r the lift of
the conversion rate and rho the probability of treatment at its exposure, whatever the rates are: only converters are
needed, and whoever does not convert need not be waited for. The labels of different units are independent.
"""

from abc import abstractmethod

import numpy as np
from numpy.typing import ArrayLike

from stats.arrays import Array, Mask, as_level, as_probabilities, sign
from stats.logspace import bisect
from stats.sequential.base import NO_EFFECT, Design, Effect, Interval, Rho, SequentialTest, Totals
from stats.sequential.yes_no import border, converters, relative_mde

SMALLEST_LIFT, LARGEST_LIFT = -1 + 1e-9, 10.0
TOLERANCE = 1e-10  # of a bound, as a share of its way from the estimate to the furthest lift


class ConverterTest(SequentialTest):
    """A test of the lift; a difference can't be had from converters alone."""

    outcomes = ("yes_no",)
    cells = ("converted",)
    null = "given that a unit converts, it is treated no more often than rho and the border say"
    exact = True
    two_sided = True
    borders = ("lift",)

    def __init__(self, design: Design) -> None:
        self.mde = relative_mde(design)

    @abstractmethod
    def against(self, treated: Array, converted: Array, chance: Array, side: int) -> Array:
        """(...,) log e-process against treated converters no likelier than (..., phases) chances say, or no rarer."""

    def log_e(self, totals: Totals, rho: Rho, side: int, beyond: Effect = NO_EFFECT) -> Array:
        treated, converted = converters(totals, rho)
        return self.against(treated, converted, chance(rho, border(beyond, self.borders)), sign("side", side))

    def estimate(self, totals: Totals, rho: Rho, *, relative: bool = False) -> Array:
        """The lift at which treated converters are as many as control ones, each weighed by the other arm's rho."""
        treated, converted = converters(totals, rho)
        odds = as_probabilities("rho", rho)
        expected = ((converted - treated) * odds).sum(axis=-1)
        lift = (treated * (1 - odds)).sum(axis=-1) / np.where(expected > 0, expected, np.nan) - 1
        return lift if relative else np.full_like(lift, np.nan)

    def interval(self, totals: Totals, rho: Rho, alpha: float, *, relative: bool = False) -> Interval:
        """Lifts in [-1, 10] that neither side excludes at alpha/2."""
        threshold, lift = np.log(2 / as_level("alpha", alpha)), self.estimate(totals, rho, relative=True)
        if not relative:
            return np.full_like(lift, np.nan), np.full_like(lift, np.nan)
        treated, converted = converters(totals, rho)
        inside = np.clip(np.where(np.isnan(lift), LARGEST_LIFT, lift), SMALLEST_LIFT, LARGEST_LIFT)

        def bound(side: int, edge: float) -> Array:
            def excluded(share: Array) -> Mask:
                lifts = np.maximum(inside + share * (edge - inside), SMALLEST_LIFT)
                return np.asarray(self.against(treated, converted, chance(rho, lifts), side) >= threshold)

            share = bisect(excluded, np.ones_like(inside), np.zeros_like(inside), TOLERANCE)
            return np.asarray(inside + share * (edge - inside))

        return bound(1, -1.0), bound(-1, LARGEST_LIFT)


def chance(rho: Rho, lift: ArrayLike) -> Array:
    """m, (..., phases), under (...,) lifts."""
    odds, ratio = as_probabilities("rho", rho), 1 + np.asarray(lift, dtype=np.float64)[..., None]
    if np.any(ratio <= 0):
        raise ValueError(f"beyond must be a lift above -1, got {ratio.min() - 1}")
    return np.asarray(odds * ratio / (odds * ratio + 1 - odds))
