"""Group-sequential boundaries: the type I error is spent over planned looks, as a function of information.

Each boundary is where just the error due at its look leaves, of the paths that no earlier look has stopped (Lan and
DeMets 1983, Biometrika 70(3)). Information is what carries it: matured conversions of a binary metric, never exposures.
"""

from collections.abc import Iterator
from math import inf, isfinite

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from stats.arrays import Array, Mask
from stats.boundaries.brownian import START, Look, Paths, band, leaving, looks_at, staying
from stats.boundaries.spending import one_or_two, spent
from stats.logspace import bisect

TOLERANCE = 1e-12  # each boundary stands on those before it


def boundaries(
    information: ArrayLike, alpha: float, spending: str, sides: int, parameter: float | None = None
) -> Array:
    """(looks,) z at which each look stops: |z| for two sides; infinite at a look with nothing to spend.

    Args:
        information: (looks,) fractions of the planned information, rising within (0, 1]; the last need not be 1.
        alpha: type I error when information reaches 1, in (0, 0.2].
        spending: obrien_fleming, pocock, power or hwang_shih_decani.
        sides: 1, or 2 for symmetric boundaries.
        parameter: of power, > 0, and of hwang_shih_decani, in [-40, 40].
    """
    looks = looks_at(information)
    levels = spent(np.array([look.time for look in looks]), alpha, spending, sides, parameter)
    z, paths = np.empty_like(levels), START
    for k, (look, due) in enumerate(zip(looks, np.diff(levels, prepend=0.0), strict=True)):
        z[k] = _boundary(paths, look, sides, due, levels[k])
        paths = staying(paths, look, band(look, z[k], sides))
    return z


def crossing_probability(information: ArrayLike, z: ArrayLike, sides: int, drift: float = 0.0) -> Array:
    """(looks,) probability of having stopped at or before each look.

    Args:
        information: (looks,) fractions of the planned information, rising within (0, 1].
        z: (looks,) boundaries in [0, inf], or one for all.
        sides: 1 or 2.
        drift: expected z at information 1; zero under the null.
    """
    looks = looks_at(information)
    one_or_two(sides)
    if not isfinite(drift):
        raise ValueError(f"drift must be in (-inf, inf), got {drift}")
    stopping = list(_stopping(looks, _for_each(looks, z), sides, drift))
    return np.asarray(np.minimum(np.cumsum(stopping), 1))


def _stopping(looks: list[Look], z: Array, sides: int, drift: float) -> Iterator[float]:
    paths = START
    for look, boundary in zip(looks, z, strict=True):
        inside = band(look, boundary, sides, drift)
        yield leaving(paths, look, inside)
        paths = staying(paths, look, inside)


def _boundary(paths: Paths, look: Look, sides: int, due: float, level: float) -> float:
    """The least z that lets no more than is due leave.

    Had nobody stopped before, it would be the quantile of what is due; had all who stopped been above it, of the level.
    """
    highest, lowest = -ndtri(due / sides), -ndtri(level / sides)

    def too_far(z: Array) -> Mask:
        return np.asarray(leaving(paths, look, band(look, float(z), sides)) <= due)

    return inf if highest == inf else float(bisect(too_far, highest, lowest, TOLERANCE))


def _for_each(looks: list[Look], z: ArrayLike) -> Array:
    given = np.asarray(z, dtype=np.float64)
    if given.shape not in ((), (len(looks),)) or not np.all(given >= 0):
        raise ValueError(f"z must be one or {len(looks)} numbers in [0, inf], got {given}")
    return np.broadcast_to(given, len(looks))
