"""The stream that everybody judges: experiments of two arms, looked at again and again."""

from typing import NamedTuple

import numpy as np

EXPERIMENTS, LOOKS = 40, 50
UNITS = 200  # of both arms, between two looks
WEIGHTS = np.array([0.5, 0.5])
CONCENTRATION = 1_000.0
ALPHA = 0.05
TUNING = 5_000.0  # units at which the interval is narrowest
SEED = 20_240_501


class Stream(NamedTuple):
    """Whole numbers by experiment, look and arm; all but the arrivals are sums so far."""

    arrivals: np.ndarray
    n: np.ndarray
    total: np.ndarray
    squares: np.ndarray


def stream(experiments: int = EXPERIMENTS, looks: int = LOOKS) -> Stream:
    """Each unit orders a geometric number of things."""
    rng = np.random.default_rng(SEED)
    arrivals = rng.multinomial(UNITS, WEIGHTS, (experiments, looks))
    orders = rng.geometric(0.4, (experiments, looks, WEIGHTS.size, UNITS))
    counted = orders * (np.arange(UNITS) < arrivals[..., None])
    sums = (np.cumsum(array, axis=1) for array in (arrivals, counted.sum(axis=-1), (counted**2).sum(axis=-1)))
    return Stream(arrivals, *sums)
