"""The smallest improvement that is found often enough."""

from collections.abc import Callable
from math import inf

import numpy as np

from stats.arrays import Array, Mask, as_positive, as_probabilities
from stats.logspace import bisect

TOLERANCE = 1e-3  # of the largest effect tried


def detectable(power: Callable[[float], float], wanted: float, largest: float) -> float:
    """The smallest effect in (0, largest) with at least the wanted power, which must rise with it; inf if none has.

    With a simulated power, from the same chances at every effect, the answer is that of those chances.
    """
    as_probabilities("wanted", wanted)
    as_positive("largest", largest)

    def found(effect: Array) -> Mask:
        return np.asarray(power(float(effect)) >= wanted)

    if power(largest) < wanted:
        return inf
    return float(bisect(found, np.asarray(largest), np.zeros(()), TOLERANCE * largest))
