"""Simulated experiments of one task: what would be counted at each look, for any effect, from one seed."""

from dataclasses import dataclass, field

import numpy as np

from stats.arrays import Array, as_positive
from stats.planning.task import Task
from stats.sequential.base import Totals


@dataclass(frozen=True)
class Sample:
    """Experiments that are looked at together; drawn when first asked for.

    Args:
        task: the comparison.
        units: (looks,) whole numbers of units of both arms, rising from above 0.
        runs: experiments.
        seed: the same one gives the same units, whatever the effect.
    """

    task: Task
    units: Array
    runs: int
    seed: int
    _drawn: dict[float, Totals] = field(default_factory=dict)

    def __post_init__(self) -> None:
        as_positive("runs", self.runs)
        as_positive("steps of units", np.diff(self.units, prepend=0))

    def totals(self, effect: float) -> Totals:
        """(runs, looks, 1 phase, 2) totals, if the improvement has this size."""
        if effect not in self._drawn:
            self._drawn[effect] = self.task.draw(effect, self.units, self.runs, self.seed)
        return self._drawn[effect]
