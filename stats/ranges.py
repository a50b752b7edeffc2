"""Checks at the door for values that live in a closed range."""

import numpy as np
from numpy.typing import ArrayLike

from stats.arrays import Array, within


def as_values_in(name: str, values: ArrayLike, low: float, high: float) -> Array:
    array = np.asarray(values, dtype=np.float64)
    for extreme in (array.min(initial=high), array.max(initial=low)):
        within(name, float(extreme), low, high)
    return array
