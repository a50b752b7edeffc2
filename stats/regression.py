"""Ordinary least squares of y on treatment, one covariate x and an intercept for each phase, from integer totals.

The intercepts are taken out by centring within phases. Each centred cross product is a ratio of integers, n Q - S S'
over n, and rounded once; only sums over phases and the last two-by-two system are floats.
"""

from typing import NamedTuple

import numpy as np

from stats.arrays import Array, as_counts
from stats.integers import Exact, as_integers
from stats.sequential.base import Totals

CELLS = "n", "sum", "squares", "x_sum", "x_squares", "products"


class Fit(NamedTuple):
    """What the treatment's coefficient needs, (...,) each; nan where it isn't identified.

    Attributes:
        coefficient: treatment minus control at equal x.
        standard_error: of the coefficient, for noise of one variance; nan where nothing is left to explain.
        freedom: residual degrees of freedom, units less phases less two.
        information: sum of squares of treatment given the rest; the standard error is the noise over its root.
        slope: of y on x.
    """

    coefficient: Array
    standard_error: Array
    freedom: Array
    information: Array
    slope: Array


class Products(NamedTuple):
    """Cross products centred within phases and summed over them, (...,) each; a is the label, 1 for treatment."""

    aa: Array
    ax: Array
    ay: Array
    xx: Array
    xy: Array
    yy: Array


def fit(totals: Totals, scale: int) -> Fit:
    """The regression of (..., phases, 2) totals in integers of 1 / scale."""
    products, units = centred(totals, scale), as_counts("n", totals["n"]).sum(axis=-1)
    freedom = units.sum(axis=-1) - (units > 0).sum(axis=-1) - 2
    aa, ax, ay, xx, xy, yy = products
    some_x = np.where(xx > 0, xx, np.inf)  # an x that never varies explains nothing
    information = aa - ax**2 / some_x
    identified = np.where(information > 0, information, np.nan)
    coefficient = (ay - ax * xy / some_x) / identified
    unexplained = yy - xy**2 / some_x - coefficient**2 * identified
    known = (unexplained > 0) & (freedom > 0)
    noise = np.where(known, unexplained, np.nan) / np.where(known, freedom, 1)
    return Fit(coefficient, np.sqrt(noise / identified), freedom, information, (xy - coefficient * ax) / some_x)


def centred(totals: Totals, scale: int) -> Products:
    """Cross products over both arms, centred within phases."""
    n, y, yy, x, xx, xy = (as_integers(name, totals[name]) for name in CELLS)
    units, treated = n.sum(axis=-1), n[..., 1]
    sum_x, sum_y = x.sum(axis=-1), y.sum(axis=-1)

    def cross(product: Exact, first: Exact, second: Exact, unit: int) -> Array:
        exact = (units * product - first * second) / np.maximum(units * unit, 1)
        return np.asarray(np.asarray(exact, dtype=np.float64).sum(axis=-1))

    return Products(
        cross(treated, treated, treated, 1),
        cross(x[..., 1], treated, sum_x, scale),
        cross(y[..., 1], treated, sum_y, scale),
        cross(xx.sum(axis=-1), sum_x, sum_x, scale**2),
        cross(xy.sum(axis=-1), sum_x, sum_y, scale**2),
        cross(yy.sum(axis=-1), sum_y, sum_y, scale**2),
    )
