"""Sums and roots in log space, on arrays."""

from collections.abc import Callable

import numpy as np

from stats.arrays import Array, Mask

Ends = tuple[Array, Array]  # of a search: values, and what was found at them


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


def cross(excess: Callable[[Array], Array], outside: Array, inside: Array, tolerance: float) -> Array:
    """What `bisect` finds, in half as many steps where the excess is smooth.

    Each step interpolates by an inverse parabola where the last three points promise that it helps, and halves the
    range where they don't (Chandrupatla 1997, Advances in Engineering Software 28, 145-149). Each of (...,) values is
    sought by itself: its steps are the same in whatever company.

    Args:
        excess: of each of (...,) values; those from 0 on are excluded.
        outside: as for `bisect`.
        inside: likewise.
        tolerance: likewise.
    """
    first, last = (outside, excess(outside)), (inside, excess(inside))
    new = old = _where(last[1] >= 0, last, first)
    other, share = _where(first[1] < 0, first, last), np.full(outside.shape, 0.5)
    while np.any(unsettled := np.abs(other[0] - new[0]) > tolerance):
        middle = np.where(unsettled, new[0] + share * (other[0] - new[0]), new[0])
        point = middle, excess(middle)
        beyond = (point[1] >= 0) != (new[1] >= 0)
        new, other, old = point, _where(beyond, new, other), _where(beyond, other, new)
        share = _share(new, other, old, tolerance)
    return np.where(new[1] >= 0, new[0], other[0])


def _where(mask: Mask, yes: Ends, no: Ends) -> Ends:
    return np.where(mask, yes[0], no[0]), np.where(mask, yes[1], no[1])


def _share(new: Ends, other: Ends, old: Ends, tolerance: float) -> Array:
    """Of the way from the newest point to the other end: where to look next, and never nearer to either than half."""
    (a, at_a), (b, at_b), (c, at_c) = new, other, old
    with np.errstate(divide="ignore", invalid="ignore"):
        place, level = (a - b) / (c - b), (at_a - at_b) / (at_c - at_b)
        straight = at_a / (at_b - at_a) * at_c / (at_b - at_c)
        bent = (c - a) / (b - a) * at_a / (at_c - at_a) * at_b / (at_c - at_b)
        least = np.minimum(tolerance / np.abs(b - a), 1) / 2
    helps = (level**2 < place) & ((1 - level) ** 2 < 1 - place)
    return np.clip(np.where(helps, straight + bent, 0.5), least, 1 - least)
