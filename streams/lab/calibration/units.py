"""The same world unit by unit, for what cells at the end of slots can't show: a look at every event."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stats.arrays import Array
from stats.sequential.nulls import Equal
from stats.sequential.wealth import LARGEST_LOSS, STEPS
from streams.lab.calibration.world import World

Cells = NDArray[np.intp]  # number of a cell: 4 phase + (treated yes, control yes, treated no, control no)


@dataclass(frozen=True)
class Units:
    """(runs, units) each; times are days from the first entry."""

    entry: Array
    cell: Cells
    known: Array  # when it converts, else when its window closes


def draw(world: World, runs: int, rng: np.random.Generator) -> Units:
    """Units of `runs` experiments that enter evenly over the days."""
    size = runs, int(world.entries.sum())
    entry = world.days * rng.random(size)
    slot = (entry / world.slot).astype(np.intp)
    treated = (rng.random(size) < world.shares[slot]).astype(np.intp)
    lost = rng.random(size) >= world.rates()[slot, treated]
    mean = np.take_along_axis(world.mean_delay(entry), treated[..., None], axis=-1)[..., 0]
    delay = -mean * np.log1p(rng.random(size) * np.expm1(-world.window / mean))
    cell = 4 * world.phase[slot] + 2 * lost + 1 - treated
    return Units(entry, cell, entry + np.where(lost, world.window, delay))


def in_order(units: Units, times: Array) -> tuple[Array, Cells]:
    """Times, and cells of the units, in the order of their times."""
    order = np.argsort(times, axis=1)
    return np.take_along_axis(times, order, axis=1), np.take_along_axis(units.cell, order, axis=1)


def bets(rho: tuple[float, ...], mde: float, centre: float) -> Iterator[tuple[float, Array]]:
    """Weight, and (phases * 4,) factors of one unit of each cell, of every stake at one centre, on both sides."""
    c, steps = np.array([centre]), np.array(STEPS)
    gain = Equal().gain(np.array(rho), c).ravel()
    stakes = np.minimum(steps * Equal().scale(mde, None, c), LARGEST_LOSS / Equal().bound(c))
    prior = np.exp(-np.square(steps) / 2)
    for stake, weight in zip(stakes, prior / prior.sum() / 2, strict=True):
        yield weight, 1 + stake * gain
        yield weight, 1 - stake * gain


def wealth(cells: Cells, rho: tuple[float, ...], mde: float, centre: float) -> Array:
    """(runs, units) two-sided wealth after every unit."""
    return np.asarray(sum(weight * np.cumprod(factor[cells], axis=1) for weight, factor in bets(rho, mde, centre)))
