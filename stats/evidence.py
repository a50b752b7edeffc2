"""Evidence of both sides together and over the looks: its running maximum is all that must be remembered."""

import numpy as np
from numpy.typing import ArrayLike

from stats.arrays import Array


def running(highest: ArrayLike, log_e: ArrayLike) -> Array:
    """The highest evidence so far: (looks, ...) from what was reached before, (...,), and (looks, ...) of new looks."""
    start = np.asarray(highest, dtype=np.float64)[None]
    return np.asarray(np.maximum.accumulate(np.concatenate([start, np.asarray(log_e)]), axis=0)[1:])


def two_sided(log_up: ArrayLike, log_down: ArrayLike) -> Array:
    """Log of the average of two e-processes: an e-process for the nulls that both of them test."""
    return np.asarray(np.logaddexp(log_up, log_down) - np.log(2))


def p_always_valid(max_log_e: ArrayLike) -> Array:
    """One over the largest e-value seen, at most 1: a p-value at every look at once (Ville 1939)."""
    return np.exp(-np.maximum(0, max_log_e))
