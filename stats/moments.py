"""Mean and variance from exact integer totals: n Q - S^2 is formed in integers, so nothing cancels in floats."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stats.arrays import Array


def moments(n: ArrayLike, total: ArrayLike, squares: ArrayLike, scale: int = 1) -> tuple[Array, Array]:
    """Mean and variance (with n - 1) of values that were summed as integers.

    Args:
        n: (...,) numbers of values.
        total: (...,) sums of the integers; of any size in an object array.
        squares: (...,) sums of their squares; of any size in an object array.
        scale: integers in one unit of the metric (10**6 for values kept in millionths).

    Returns:
        (...,) means, nan where n is 0; (...,) variances, nan where n is below 2.

    Raises:
        ValueError: a negative n, or squares that no n values with this total can have.
    """
    mean, variance = np.frompyfunc(_moments, 4, 2)(*(np.asarray(a, dtype=object) for a in (n, total, squares)), scale)
    return np.asarray(mean, dtype=np.float64), np.asarray(variance, dtype=np.float64)


def _moments(*totals: Any) -> tuple[float, float]:
    n, total, squares, scale = map(int, totals)
    spread = n * squares - total**2
    if n < 0 or spread < 0 or (n == 0 and squares):
        raise ValueError(f"n must be in [0, inf) and squares >= total**2 / n, got {n=}, {total=}, {squares=}")
    return (total / (n * scale) if n else math.nan, spread / (n * (n - 1) * scale**2) if n > 1 else math.nan)
