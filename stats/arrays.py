"""Array types, and the checks at the door: an impossible number is refused by its name and the allowed range."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

Number = TypeVar("Number", bound=float | NDArray[Any])  # of one design, or of several that are asked together

LARGEST_ALPHA = 0.2
SUM_TOLERANCE = 1e-9


def as_counts(name: str, values: ArrayLike) -> Array:
    array = np.asarray(values, dtype=np.float64)
    in_range = array.min(initial=0) >= 0 and array.max(initial=0) < np.inf
    return _require(array, in_range, f"{name} must be counts in [0, inf)")


def as_successes(name: str, values: ArrayLike, trials: Array) -> Array:
    array = as_counts(name, values)
    return _require(array, np.all(array <= trials), f"{name} must be in [0, entered]")


def as_probabilities(name: str, values: ArrayLike) -> Array:
    array = np.asarray(values, dtype=np.float64)
    return _require(array, np.all((array > 0) & (array < 1)), f"{name} must be in (0, 1)")


def as_weights(name: str, values: ArrayLike) -> Array:
    array = as_probabilities(name, values)
    sums_to_one = np.all(np.abs(array.sum(axis=-1) - 1) <= SUM_TOLERANCE)
    return _require(array, sums_to_one, f"{name} must sum to 1 over the arms")


def as_positive(name: str, values: ArrayLike) -> Array:
    array = np.asarray(values, dtype=np.float64)
    return _require(array, np.all((array > 0) & np.isfinite(array)), f"{name} must be in (0, inf)")


def as_level(name: str, values: ArrayLike) -> Array:
    array = np.asarray(values, dtype=np.float64)
    return _require(array, np.all((array > 0) & (array <= LARGEST_ALPHA)), f"{name} must be in (0, {LARGEST_ALPHA}]")


def within(name: str, values: Number, low: float, high: float) -> Number:
    if not np.all((low <= values) & (values <= high)):
        raise ValueError(f"{name} must be in [{low}, {high}], got {values}")
    return values


def finite(name: str, values: Number) -> Number:
    if not np.isfinite(values).all():
        raise ValueError(f"{name} must be in (-inf, inf), got {values}")
    return values


def sign(name: str, values: Number) -> Number:
    if not np.all(np.abs(values) == 1):
        raise ValueError(f"{name} must be 1 or -1, got {values}")
    return values


def _require(array: Array, holds: bool | np.bool_, claim: str) -> Array:
    if not holds:
        raise ValueError(f"{claim}, got {np.array2string(array, threshold=8)}")
    return array
