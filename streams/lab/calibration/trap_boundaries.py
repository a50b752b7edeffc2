"""Traps of planned looks and of Wald's test."""

import numpy as np
from scipy.special import ndtri

from stats.arrays import Array
from stats.boundaries.group_sequential import boundaries
from stats.boundaries.spending import spent
from streams.lab.calibration.harness import Rate, rejections
from streams.lab.calibration.journeys import simulate
from streams.lab.calibration.pair import ALPHA, Pair
from streams.lab.calibration.world import World

LOOKS = 14
DRIFT, STEPS = 0.05, 20_000  # the alternative, in standard deviations of a step; far beyond where anything stops
SMALLEST = 2e-3  # rise of information that is worth a look's own boundary


def information(runs: int, rng: np.random.Generator) -> Pair:
    """Units enter in the first half; their conversions, which carry the information, come all the time."""
    world = World(ramp=((0.0, 0.5),), drift=1, weekly=0, days=14, window=13, slots=LOOKS, delay=(7, 7), busy=0.5)
    journeys = simulate(world, runs, rng)
    converted = journeys.converted_now.sum(axis=2)
    z = np.diff(converted, axis=-1)[..., 0] / np.sqrt(np.maximum(converted.sum(axis=-1), 1))
    wrong, right = (_outside(z, cells.sum(axis=(1, 2, 3))) for cells in (journeys.entered, journeys.converted_now))
    return Pair(wrong, right)


def _outside(z: Array, counted: Array) -> Rate:
    """Runs that leave O'Brien-Fleming boundaries at the information counted; looks that add none keep the last one."""
    share = counted / counted[-1]
    adds = np.diff(share, prepend=0) > SMALLEST
    levels = boundaries(share[adds], ALPHA, "obrien_fleming", 2)[np.cumsum(adds) - 1]
    return Rate.of((np.abs(z) >= levels[:, None]).any(axis=0))


def two_signs(runs: int, rng: np.random.Generator) -> Pair:
    """The larger of two likelihood ratios, in place of their average."""
    sums = np.cumsum(rng.standard_normal((runs, STEPS), dtype=np.float32), axis=1).T * DRIFT
    spread = np.arange(1, STEPS + 1)[:, None] * DRIFT**2 / 2
    both = np.logaddexp(sums, -sums) - np.log(2)
    return Pair(rejections(np.abs(sums) - spread, ALPHA), rejections(both - spread, ALPHA))


def nominal(runs: int, rng: np.random.Generator) -> Pair:
    """alpha(t) = 2 (1 - Phi(z / sqrt t)) is what may be spent by t, not the level of the look at t."""
    times = np.arange(1, LOOKS + 1) / LOOKS
    z = np.cumsum(rng.standard_normal((runs, LOOKS)), axis=1) / np.sqrt(np.arange(1, LOOKS + 1))
    levels = -ndtri(spent(times, ALPHA, "obrien_fleming", 1) / 2)
    wrong, right = levels, boundaries(times, ALPHA, "obrien_fleming", 2)
    return Pair(*(Rate.of((np.abs(z) >= edge).any(axis=1)) for edge in (wrong, right)))
