"""Registered tests on a simulated world: the evidence look by look, as the engine would have it."""

from collections.abc import Iterable

from stats.arrays import Array
from stats.evidence import two_sided
from stats.sequential.base import NO_EFFECT, Design, Effect, Rho, SequentialTest, Totals, registry
from streams.lab.calibration.harness import path


def chosen(name: str, design: Design, outcome: str = "yes_no") -> SequentialTest:
    """A registered test, ready."""
    return registry()[outcome, name](design)


def one_sided(test: SequentialTest, looks: Iterable[Totals], rho: Rho, side: int, beyond: Effect = NO_EFFECT) -> Array:
    """(looks, runs) evidence that the effect is above (side 1) or below (-1) a border."""
    return path(test.log_e(cells, rho, side, beyond) for cells in looks)


def difference(test: SequentialTest, looks: Iterable[Totals], rho: Rho, truth: Effect = NO_EFFECT) -> Array:
    """(looks, runs) evidence against the truth, on both sides; by inversion: that an interval misses it."""
    return path(two_sided(test.log_e(cells, rho, 1, truth), test.log_e(cells, rho, -1, truth)) for cells in looks)
