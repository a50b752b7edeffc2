"""Mean and variance from exact integer totals: n Q - S^2 is formed in integers, so nothing cancels in floats."""

import numpy as np
from numpy.typing import ArrayLike

from stats.arrays import Array
from stats.integers import Exact, as_integers

_FRACTION = np.frompyfunc(lambda value: float(value).as_integer_ratio(), 1, 2)


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
    return _moments(as_integers("n", n), as_integers("total", total), as_integers("squares", squares), scale)


def residual_moments(
    n: ArrayLike,
    total: ArrayLike,
    squares: ArrayLike,
    x_total: ArrayLike,
    x_squares: ArrayLike,
    products: ArrayLike,
    *,
    slope: ArrayLike,
    scale: int = 1,
) -> tuple[Array, Array]:
    """Mean and variance of y - slope x, the slope taken as the binary fraction it is: exact until the last division.

    Args:
        n: (...,) numbers of pairs (y, x).
        total: (...,) sums of y, integers as all sums here.
        squares: (...,) sums of y squared.
        x_total: (...,) sums of x, in the same scale as y.
        x_squares: (...,) sums of x squared.
        products: (...,) sums of x y.
        slope: (...,) floats; the answer is nan where the slope is.
        scale: integers in one unit of the metric.
    """
    known = np.isfinite(np.asarray(slope, dtype=np.float64))
    p, q = (np.asarray(part, dtype=object) for part in _FRACTION(np.where(known, slope, 0.0)))
    y, yy = as_integers("total", total), as_integers("squares", squares)
    x, xx = as_integers("x_total", x_total), as_integers("x_squares", x_squares)
    xy = as_integers("products", products)
    mean, variance = _moments(
        as_integers("n", n),
        q * y - p * x,
        q * q * yy - 2 * p * q * xy + p * p * xx,
        np.asarray(scale * q, dtype=object),
    )
    return np.where(known, mean, np.nan), np.where(known, variance, np.nan)


def _moments(n: Exact, total: Exact, squares: Exact, scale: int | Exact) -> tuple[Array, Array]:
    spread = np.asarray(n * squares - total * total, dtype=object)
    _require_possible(n, total, squares, spread)
    return _ratio(total, n * scale, n > 0), _ratio(spread, n * (n - 1) * scale * scale, n > 1)


def _ratio(above: Exact, below: Exact, known: ArrayLike) -> Array:
    """Correctly rounded quotients of integers, nan where they are not known."""
    some = np.asarray(known, dtype=np.bool_)
    divisor = np.where(some, np.asarray(below, dtype=object), 1)
    return np.where(some, np.asarray(above / divisor, dtype=np.float64), np.nan)


def _require_possible(n: Exact, total: Exact, squares: Exact, spread: Exact) -> None:
    wrong = np.asarray((n < 0) | (spread < 0) | ((n == 0) & (squares != 0)), dtype=np.bool_)
    if wrong.any():
        found = [np.broadcast_to(array, wrong.shape)[wrong][0] for array in (n, total, squares)]
        raise ValueError(f"n must be in [0, inf) and squares >= total**2 / n, got n, total, squares = {found}")
