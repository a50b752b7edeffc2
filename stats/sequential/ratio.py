"""Asymptotic confidence sequence of a ratio of sums per unit, such as clicks per view, numerator Y and denominator X.

Units are what is randomised, so the ratio R = mean(Y) / mean(X) of an arm varies like the mean of Y - R X over its
units, divided by mean(X) (delta method; Deng, Knoblich and Lu 2018, KDD, arXiv:1803.06336). The difference of the arms'
ratios is the mean of Y - R0 X in the treatment over its mean of X, with R0 the control's current ratio. A constant in
place of R0 would test the wrong null as soon as the arms differ in X.
"""

import numpy as np

from stats.arrays import Array
from stats.moments import moments, residual_moments
from stats.sequential.base import Rho, Totals, register
from stats.sequential.msprt import Msprt
from stats.strata import SMALLEST_PHASE, Arms, phase_shares, weighted

CELLS = "n", "sum", "squares", "x_sum", "x_squares", "products"


@register
class RatioMsprt(Msprt):
    """The asymptotic test of the difference of two ratios; the gate counts units with a denominator."""

    outcomes = ("ratio",)
    cells = ("n", "nonzero", "sum", "squares", "x_sum", "x_squares", "products")
    null = "the ratios of treatment and control are equal"

    def _arms(self, totals: Totals, rho: Rho) -> Arms:
        share = phase_shares(totals["n"], rho, SMALLEST_PHASE)
        x_mean = self._means(totals, "x_sum", "x_squares", share)
        per_unit = np.where(x_mean > 0, x_mean, np.nan)
        ratio = self._means(totals, "sum", "squares", share) / per_unit
        _, errors = weighted(totals["n"], *self._residuals(totals, ratio), share)
        return Arms(ratio, errors / per_unit**2)

    def _means(self, totals: Totals, total: str, squares: str, share: Array) -> Array:
        """(..., 2) of control and treatment over the phases."""
        mean, variance = moments(totals["n"], totals[total], totals[squares], self.design.scale)
        return weighted(totals["n"], mean, variance, share).means

    def _residuals(self, totals: Totals, slope: Array) -> tuple[Array, Array]:
        """Means and variances of Y - slope X, one slope for each arm."""
        return residual_moments(*(totals[name] for name in CELLS), slope=slope[..., None, :], scale=self.design.scale)


@register
class RatioCs(RatioMsprt):
    """The same under the name of its interval: the default for ratios."""

    name = "asymptotic_cs"
