"""What a running maximum of evidence is worth."""

import numpy as np
from numpy.typing import ArrayLike

from stats.arrays import Array


def p_always_valid(max_log_e: ArrayLike) -> Array:
    """One over the largest e-value seen, at most 1: a p-value at every look at once (Ville 1939)."""
    return np.exp(-np.maximum(0, max_log_e))
