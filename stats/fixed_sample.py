"""The classical comparison at one planned look: shown beside the always-valid one, never used for a verdict."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erfc

from stats.arrays import Array, as_counts, as_successes


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


def _z(rates: Array, squared_error: Array) -> tuple[Array, Array]:
    difference = rates[..., 1] - rates[..., 0]
    z = np.where(squared_error > 0, difference / np.sqrt(squared_error), np.nan)
    return z, erfc(np.abs(z) / np.sqrt(2))
