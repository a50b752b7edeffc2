"""What a method promises for a task: when it stops, its power at the horizon, and what it can detect by then."""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from stats.arrays import Array, within
from stats.planning import fixed
from stats.planning.curve import Curve
from stats.planning.detectable import detectable
from stats.planning.gaussian import Fixed, GroupSequential, Mixture
from stats.planning.sample import Sample
from stats.planning.simulated import Simulated
from stats.planning.task import Task
from stats.sequential.base import registry

REACH = 1 / 20, 5.0  # looks at the MDE, in units of the fixed-sample size: few stop before, few are left after
LOOKS, COARSE = 120, 40  # each 4 % later than the last, at the MDE; evenly up to the horizon, in search of an effect
NEAREST = 0.01  # of another look to the horizon
FARTHEST = 5.0  # effect tried, in units of the fixed-sample one
NEARLY = 0.999999  # of what is possible
FIXED_SAMPLE = "fixed_sample"
NOT_A_VERDICT = {"sprt_early"}  # it reads conversions as they come


class Method(Protocol):
    """Something that declares improvements."""

    def declaring(self, effect: float, sample: Sample) -> Curve:
        """When an improvement of this size is declared."""
        ...

    def accepting(self, sample: Sample) -> Curve | None:
        """When the MDE is excluded if there is no improvement; None if it can't be."""
        ...


@dataclass(frozen=True, slots=True)
class Outlook:
    """Of one method.

    Attributes:
        declaring: when an improvement of the size of the MDE is declared.
        accepting: when it is excluded if there is none; None if it can't be.
        power: of declaring it by the horizon.
        detectable: smallest improvement declared by the horizon with probability 1 - beta; inf if none is.
    """

    method: str
    declaring: Curve
    accepting: Curve | None
    power: float
    detectable: float


def methods(outcome: str) -> tuple[str, ...]:
    """The registered tests of an outcome whose verdicts can be planned."""
    return tuple(sorted(name for kind, name in registry() if kind == outcome and name not in NOT_A_VERDICT))


@dataclass(frozen=True)
class Planner:
    """Answers for one task.

    Args:
        task: the comparison.
        horizon: units of both arms by the planned end, at least 40.
        outcome: yes_no or amount.
        seed: of the simulated experiments; the same one gives the same answers.
        runs: simulated experiments at the MDE; half as many at every other effect that is tried.
        looks: of a group-sequential test, evenly spaced, the last at the horizon.
    """

    task: Task
    horizon: float
    outcome: str = "yes_no"
    seed: int = 1
    runs: int = 2_000
    looks: int = 28

    def __post_init__(self) -> None:
        within("horizon", self.horizon, COARSE, np.finfo(np.float64).max)

    def outlook(self, name: str) -> Outlook:
        """Of a method of `methods`, or of the classical test."""
        method = self._method(name)
        curve = method.declaring(self.task.effect, self._at_the_mde)

        def power(effect: float) -> float:
            return method.declaring(effect, self._by_the_end).power(self.horizon)

        found = detectable(power, 1 - self.task.beta, self._farthest)
        return Outlook(name, curve, method.accepting(self._at_the_mde), curve.power(self.horizon), found)

    @cached_property
    def fixed_units(self) -> float:
        """Units with which the classical test finds the MDE with probability 1 - beta."""
        return fixed.units(self.task.effect, self.task.noise(self.task.effect), self.task.alpha, self.task.beta)

    def _method(self, name: str) -> Method:
        if name == FIXED_SAMPLE:
            return Fixed()
        if name == "group_sequential":
            return GroupSequential(self.horizon * np.arange(1, self.looks + 1) / self.looks)
        if name in ("asymptotic_cs", "msprt"):
            return Mixture()
        return Simulated(registry()[self.outcome, name](self.task.design(self.horizon)))

    @cached_property
    def _at_the_mde(self) -> Sample:
        near, far = (share * self.fixed_units for share in REACH)
        units = np.geomspace(near, far, LOOKS)
        apart = np.abs(np.log(units / self.horizon)) > NEAREST
        return self._sample(np.sort(np.r_[units[apart], self.horizon]), self.runs)

    @cached_property
    def _by_the_end(self) -> Sample:
        return self._sample(self.horizon * np.arange(1, COARSE + 1) / COARSE, max(1, self.runs // 2))

    def _sample(self, units: Array, runs: int) -> Sample:
        return Sample(self.task, np.unique(np.maximum(1, np.rint(units))), runs, self.seed)

    @property
    def _farthest(self) -> float:
        """As far as a search goes: five times what one look at the end would find, if that much is possible."""
        scale = self.task.effect * np.sqrt(self.fixed_units / self.horizon)
        possible = self.task.population.largest(self.task.side)
        return float(min(FARTHEST * scale, NEARLY * possible))
