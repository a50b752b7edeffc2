"""Sequential tests on simulated experiments: when do they stop?

All tests see the same experiments, and a larger effect is given to the same chances, so two figures of one seed differ
by what is compared and little else. A test is run as the engine runs it, on totals at looks.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stats.arrays import Array, Mask
from stats.planning.curve import Curve
from stats.planning.sample import Sample
from stats.sequential.base import NO_EFFECT, Effect, SequentialTest, Totals

BLOCK = 10  # looks evaluated together; experiments that have stopped are left out of the next block
Looks = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Simulated:
    """A registered test, made for the task of the sample it is asked about."""

    test: SequentialTest

    def declaring(self, effect: float, sample: Sample) -> Curve:
        """When an improvement of this size is declared: at 2/alpha of its own half, or at 1/alpha by a one-sided test.

        A one-sided test may accept "no improvement" first; that experiment is lost.
        """
        sides = 2 if self.test.two_sided else 1
        declared = self._first(sample, effect, sample.task.side, np.log(sides / sample.task.alpha))
        if sides == 1:
            declared = np.where(declared < self._accepted(sample, effect), declared, len(sample.units))
        return _curve(declared, sample.units)

    def accepting(self, sample: Sample) -> Curve | None:
        """When an improvement by the MDE or more is excluded, at 1/beta, if there is none."""
        relative = "lift" if sample.task.mde.relative else "difference"
        return _curve(self._accepted(sample, 0.0), sample.units) if relative in self.test.borders else None

    def _accepted(self, sample: Sample, effect: float) -> Looks:
        task = sample.task
        border = Effect(task.side * task.mde.size, task.mde.relative)
        return self._first(sample, effect, -task.side, -np.log(task.beta), border)

    def _first(self, sample: Sample, effect: float, side: int, threshold: float, beyond: Effect = NO_EFFECT) -> Looks:
        def reached(totals: Totals) -> Mask:
            return np.asarray(self.test.log_e(totals, [sample.task.population.rho], side, beyond) >= threshold)

        return _first(reached, sample.totals(effect))


def _first(reached: Callable[[Totals], Mask], totals: Totals) -> Looks:
    """(runs,) look that reaches first; the number of looks where none does."""
    runs, looks = totals["n"].shape[:2]
    first = np.full(runs, looks)
    for start in range(0, looks, BLOCK):
        going = np.flatnonzero(first == looks)
        if going.size:
            now = reached({name: cells[going, start : start + BLOCK] for name, cells in totals.items()})
            stopped = now.any(axis=1)
            first[going[stopped]] = start + now[stopped].argmax(axis=1)
    return first


def _curve(first: Looks, units: Array) -> Curve:
    return Curve(units, np.bincount(first, minlength=len(units) + 1)[:-1].cumsum() / len(first))
