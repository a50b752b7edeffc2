"""What one unit pays under each null: the label bet's gain, its bound, and the scale of a sensible stake.

A gain is the score (A - rho)(y - c) of a unit with label A and outcome y, moved so that its mean is zero at the border
of the null and has the sign of the effect beyond it. Gains are (..., phases, 4, centres) for the cells treated
converter, control converter, treated other, control other; a margin may be an array, (...,): one null a contrast. So
may rho, (..., phases), and the centres, (..., centres): one bettor a contrast.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from stats.arrays import Array


@dataclass(frozen=True, slots=True)
class Equal:
    """p_T = p_C, or: labels are drawn with probability rho whatever the outcomes."""

    def gain(self, rho: Array, centres: Array) -> Array:
        return score(rho, centres)

    def bound(self, centres: Array) -> Array:
        return np.maximum(centres, 1 - centres)

    def scale(self, mde: float | Array, _baseline: Array | None, centres: Array) -> Array:
        return mde / (1 - centres)


@dataclass(frozen=True, slots=True)
class Difference:
    """p_T - p_C = margin; the score has mean rho (1 - rho) (p_T - p_C)."""

    margin: ArrayLike

    def gain(self, rho: Array, centres: Array) -> Array:
        return score(rho, centres) - (rho * (1 - rho))[..., None, None] * _aligned(self.margin, 3)

    def bound(self, centres: Array) -> Array:
        return np.maximum(centres, 1 - centres) + np.abs(_aligned(self.margin, 1)) / 4

    def scale(self, mde: float | Array, baseline: Array | None, centres: Array) -> Array:
        absolute_mde = mde * (centres if baseline is None else baseline)
        return absolute_mde / (centres * (1 - centres))


@dataclass(frozen=True, slots=True)
class Lift:
    """p_T = (1 + margin) p_C; the score of a control unit and the centre of a treated one are multiplied."""

    margin: ArrayLike

    def gain(self, rho: Array, centres: Array) -> Array:
        ratio = 1 + _aligned(self.margin, 3)
        nodes = centres[..., None, None, :]
        treated = (1 - rho)[..., None, None] * (CONVERTED - ratio * nodes)
        control = -rho[..., None, None] * ratio * (CONVERTED - nodes)
        return np.where(TREATED, treated, control)

    def bound(self, centres: Array) -> Array:
        ratio = 1 + _aligned(self.margin, 1)
        return np.maximum(np.abs(1 - ratio * centres), ratio * np.maximum(centres, 1 - centres))

    def scale(self, mde: float | Array, _baseline: Array | None, centres: Array) -> Array:
        return mde / (1 - centres)


Null = Equal | Difference | Lift

TREATED = np.array([1.0, 0.0, 1.0, 0.0])[:, None]
CONVERTED = np.array([1.0, 1.0, 0.0, 0.0])[:, None]


def score(rho: Array, centres: Array) -> Array:
    """(A - rho)(y - c): (..., phases, 4, centres)."""
    return (TREATED - rho[..., None, None]) * (CONVERTED - centres[..., None, None, :])


def _aligned(margin: ArrayLike, axes: int) -> Array:
    array = np.asarray(margin, dtype=np.float64)
    return array.reshape(array.shape + (1,) * axes)
