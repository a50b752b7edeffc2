"""Asymptotic confidence sequence of a difference in means, less what a covariate from before exposure explains of it.

CUPED (Deng, Xu, Kohavi and Walker 2013, WSDM) with a slope theta known from earlier data and frozen: y - theta x is
then an outcome like any other, with the same difference in means and less variance; a wrong theta costs width, never
validity. A slope fitted to the experiment itself is that of stats/sequential/anytime_regression.py.
"""

import numpy as np

from stats.adjusted import adjusted, adjusted_log_ratio
from stats.arrays import Array
from stats.sequential.base import Design, Rho, Totals, register
from stats.sequential.msprt import Msprt
from stats.strata import SMALLEST_PHASE, Arms, phase_shares


@register
class Cuped(Msprt):
    """The mixture on the residual of a frozen slope."""

    name = "cuped"
    outcomes = ("adjusted_amount",)
    cells = ("n", "nonzero", "sum", "squares", "x_sum", "x_squares", "products")

    def __init__(self, design: Design) -> None:
        super().__init__(design)
        if design.theta is None or not np.isfinite(design.theta).all():
            raise ValueError(f"theta must be in (-inf, inf), a slope from earlier data, got {design.theta}")
        self._theta = np.asarray(design.theta)[..., None, None]

    def _arms(self, totals: Totals, rho: Rho) -> Arms:
        return adjusted(totals, _shares(totals, rho), self._theta, self.design.scale)

    def _log_ratio(self, totals: Totals, rho: Rho) -> tuple[Array, Array]:
        return adjusted_log_ratio(totals, _shares(totals, rho), self._theta, self.design.scale)


def _shares(totals: Totals, rho: Rho) -> Array:
    return phase_shares(totals["n"], rho, SMALLEST_PHASE)
