"""Sums and roots in log space, on arrays."""

from collections.abc import Callable

import numpy as np

from stats.arrays import Array, Mask


def logsumexp(logs: Array) -> Array:
    """Log of the sum of exponentials over the last axis, whose largest entry must be finite."""
    top = logs.max(axis=-1, keepdims=True)
    shifted = logs - top
    np.exp(shifted, out=shifted)  # a large temporary costs more than what is computed in it
    return np.asarray(np.log(shifted.sum(axis=-1)) + top[..., 0])


def bisect(excluded: Callable[[Array], Mask], outside: Array, inside: Array, tolerance: float) -> Array:
    """The border between excluded and kept values, walked to from both ends at once.

    Args:
        excluded: whether each of (...,) values is excluded.
        outside: (...,) ends towards which values are excluded; returned where nothing is.
        inside: (...,) ends towards which values are kept.
        tolerance: of the border, on the side that is excluded.
    """
    width = np.max(np.abs(inside - outside), initial=tolerance)
    for _ in range(int(np.ceil(np.log2(width / tolerance)))):
        middle = (outside + inside) / 2
        out = excluded(middle)
        outside, inside = np.where(out, middle, outside), np.where(out, inside, middle)
    return outside
