"""The cells of many runs of a world at the end of every slot."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stats.arrays import Array
from stats.sequential.base import Totals
from streams.lab.calibration.world import Counts, World

ALL = slice(None)


@dataclass(frozen=True)
class Journeys:
    """Cumulative cells: (slots, runs, phases, 2) of control and treatment."""

    entered: Counts
    converted_now: Counts
    expired: Counts
    matured: Counts
    matured_converted: Counts

    def totals(self, reading: str, looks: slice | NDArray[np.intp] = ALL) -> Iterator[Totals]:
        """What a test is offered at each look: the ends of all slots, or of those chosen."""
        if reading == "early":
            return map(yes_no, (self.converted_now + self.expired)[looks], self.converted_now[looks])
        return map(yes_no, self.matured[looks], self.matured_converted[looks])


def yes_no(n: Counts, converted: Counts) -> Totals:
    """Totals of a yes or no, by all their names."""
    ones = converted.astype(object)
    return {"n": n.astype(object)} | dict.fromkeys(("converted", "nonzero", "sum", "squares"), ones)


def simulate(world: World, runs: int, rng: np.random.Generator) -> Journeys:
    """Cells of `runs` independent experiments."""
    treated = rng.binomial(world.entries, world.shares, (runs, world.slots))
    entered = np.stack([world.entries - treated, treated], axis=-1)
    now, waiting = 0 * _later(world, entered, 0), entered
    for lag, hazard in enumerate(_hazards(world)):
        converted = rng.binomial(waiting, hazard)
        waiting = waiting - converted
        now += _later(world, converted, lag)
    closed = (_later(world, cells, world.lags) for cells in (waiting, entered, entered - waiting))
    return Journeys(*(np.cumsum(cells, axis=0) for cells in (_later(world, entered, 0), now, *closed)))


def _hazards(world: World) -> Array:
    """(lags + 1, slots, 2) probability to convert so many slots after that of entry, for who has not before."""
    chances = np.moveaxis(world.rates()[..., None] * world.delays(), -1, 0)
    return np.asarray(chances / (1 - np.cumsum(chances, axis=0) + chances))


def _later(world: World, counts: Counts, lag: int) -> Counts:
    """(runs, slots, 2) by slot of entry to (slots, runs, phases, 2) by the slot `lag` later."""
    out = np.zeros((world.slots, len(counts), len(world.rho), 2), np.int64)
    for phase in range(len(world.rho)):
        entered = np.moveaxis(counts, 1, 0) * (world.phase == phase)[:, None, None]
        out[lag:, :, phase] = entered[: world.slots - lag]
    return out
