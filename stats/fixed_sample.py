"""The classical comparison at one planned look: shown beside the always-valid one, never used for a verdict."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erfc

from stats.arrays import Array, as_counts, as_successes
from stats.moments import residual_moments


def two_proportion_z(n: ArrayLike, x: ArrayLike) -> tuple[Array, Array]:
    """Pooled two-proportion z and its two-sided normal p.

    Args:
        n: (..., 2) units of control and treatment.
        x: (..., 2) those of them that converted.

    Returns:
        (...,) z of treatment minus control and p; nan where an arm is empty or nobody or everybody converted.
    """
    units = as_counts("n", n)
    converted = as_successes("x", x, units)
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = converted.sum(axis=-1) / units.sum(axis=-1)
        return _z(converted / units, pooled * (1 - pooled) * (1 / units).sum(axis=-1))


def welch_z(n: ArrayLike, mean: ArrayLike, variance: ArrayLike) -> tuple[Array, Array]:
    """Difference of means over its unpooled standard error, and its two-sided normal p.

    Args:
        n: (..., 2) units of control and treatment.
        mean: (..., 2) means.
        variance: (..., 2) variances with n - 1.

    Returns:
        (...,) z of treatment minus control and p; nan where an arm has fewer than two units or neither varies.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        squared_error = (np.asarray(variance, dtype=np.float64) / as_counts("n", n)).sum(axis=-1)
        return _z(np.asarray(mean, dtype=np.float64), squared_error)


def ratio_z(
    n: ArrayLike, y: ArrayLike, y_squares: ArrayLike, x: ArrayLike, x_squares: ArrayLike, products: ArrayLike
) -> tuple[Array, Array]:
    """Difference of ratios sum y / sum x over its standard error by the delta method, and its two-sided normal p.

    The variance of a ratio R is that of the mean of y - R x over the squared mean of x.

    Args:
        n: (..., 2) units of control and treatment.
        y: (..., 2) sums of the numerators, integers; of any size in an object array.
        y_squares: (..., 2) sums of their squares.
        x: (..., 2) sums of the denominators, integers of the same scale.
        x_squares: (..., 2) sums of their squares.
        products: (..., 2) sums of numerator times denominator.

    Returns:
        (...,) z of treatment minus control and p; nan where an arm has fewer than two units or nothing to divide by, or
        neither varies.
    """
    units, below = as_counts("n", n), np.asarray(x, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(below > 0, np.asarray(y, dtype=np.float64) / below, np.nan)
        _, variance = residual_moments(n, y, y_squares, x, x_squares, products, slope=ratio)
        return welch_z(units, ratio, variance / np.square(below / units))


def _z(rates: Array, squared_error: Array) -> tuple[Array, Array]:
    difference = rates[..., 1] - rates[..., 0]
    z = np.where(squared_error > 0, difference / np.sqrt(squared_error), np.nan)
    return z, erfc(np.abs(z) / np.sqrt(2))
