"""Amounts that make averages misbehave, and the totals of many runs of them."""

from collections.abc import Callable, Iterator

import numpy as np

from stats.arrays import Array
from stats.sequential.base import Totals

SCALE = 100  # sums are kept in hundredths
LOOKS, UNITS = 25, 240  # a look after every so many units

Draw = Callable[[np.random.Generator, tuple[int, ...]], Array]


def lognormal(rng: np.random.Generator, size: tuple[int, ...]) -> Array:
    """A tenth buys; what they spend has a log standard deviation of 2."""
    return (rng.random(size) < 0.1) * rng.lognormal(0, 2, size)


def pareto(rng: np.random.Generator, size: tuple[int, ...]) -> Array:
    """Of infinite variance before the cap."""
    return (rng.random(size) < 0.1) * (1 + rng.pareto(1.5, size))


def bots(rng: np.random.Generator, size: tuple[int, ...]) -> Array:
    """Counts of which one unit in a thousand has hundreds."""
    return np.where(rng.random(size) < 0.001, rng.poisson(500, size), rng.poisson(0.5, size)).astype(np.float64)


def looks(draw: Draw, cap: float, rho: float, runs: int, rng: np.random.Generator) -> Iterator[Totals]:
    """Cumulative totals of a metric whose values are capped: (runs, 1, 2) of control and treatment."""
    sums = np.zeros((4, runs, 1, 2), np.int64)
    for _ in range(LOOKS):
        y = np.round(SCALE * np.minimum(draw(rng, (runs, UNITS)), cap)).astype(np.int64)
        treated = rng.random(y.shape) < rho
        parts = np.stack([np.ones_like(y), (y > 0).astype(np.int64), y, y**2])
        sums += np.stack([(parts * arm).sum(axis=-1) for arm in (~treated, treated)], axis=-1)[:, :, None]
        yield dict(zip(("n", "nonzero", "sum", "squares"), sums.astype(object), strict=True))
