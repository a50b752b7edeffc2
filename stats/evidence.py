"""Evidence over the looks: its running maximum is all that must be remembered, and what that is worth."""

import numpy as np
from numpy.typing import ArrayLike

from stats.arrays import Array


def running(highest: ArrayLike, log_e: ArrayLike) -> Array:
    """The highest evidence so far: (looks, ...) from what was reached before, (...,), and (looks, ...) of new looks."""
    start = np.asarray(highest, dtype=np.float64)[None]
    return np.asarray(np.maximum.accumulate(np.concatenate([start, np.asarray(log_e)]), axis=0)[1:])


def p_always_valid(max_log_e: ArrayLike) -> Array:
    """One over the largest e-value seen, at most 1: a p-value at every look at once (Ville 1939)."""
    return np.exp(-np.maximum(0, max_log_e))
