"""Tests of a normal estimate, by numerical integration: their z is a Brownian motion with a drift.

A test is then a boundary of z over the looks, and the probability of having crossed it is exact for that motion: no
experiment is simulated.
"""

from dataclasses import dataclass

import numpy as np

from stats.arrays import Array, Mask
from stats.boundaries.group_sequential import boundaries, crossing_probability
from stats.logspace import bisect
from stats.planning.curve import Curve
from stats.planning.fixed import Noise
from stats.planning.fixed import power as fixed_power
from stats.planning.sample import Sample
from stats.planning.task import Task
from stats.sequential.msprt import log_e_one_sided
from stats.strata import gate

HIGHEST = 100.0  # z; evidence beyond every threshold
TOLERANCE = 1e-9


class Fixed:
    """One look, whenever it is: the classical test."""

    def declaring(self, effect: float, sample: Sample) -> Curve:
        """Probability of an improvement of this size being declared by a single look at so many units."""
        task = sample.task
        noise = task.noise(effect)
        return Curve(sample.units, np.array([fixed_power(effect, noise, task.alpha, n) for n in sample.units]))

    def accepting(self, _sample: Sample) -> None:
        """It never does."""


@dataclass(frozen=True, slots=True)
class GroupSequential:
    """A two-sided test at (looks,) numbers of units, the last of them the planned end."""

    units: Array
    spending: str = "obrien_fleming"

    def declaring(self, effect: float, sample: Sample) -> Curve:
        """When an improvement of this size is declared; the looks of the sample don't matter."""
        z = boundaries(self.units / self.units[-1], sample.task.alpha, self.spending, sides=2)
        return _crossing(effect, sample.task.noise(effect), self.units, z)

    def accepting(self, _sample: Sample) -> None:
        """It never does."""


class Mixture:
    """asymptotic_cs, or msprt: one formula."""

    def declaring(self, effect: float, sample: Sample) -> Curve:
        """When an improvement of this size is declared: at 2/alpha of its own half."""
        return _mixture(sample, effect, effect, 2 / sample.task.alpha)

    def accepting(self, sample: Sample) -> Curve:
        """When an improvement by the MDE or more is excluded, at 1/beta, if there is none."""
        return _mixture(sample, 0.0, sample.task.effect, 1 / sample.task.beta)


def _mixture(sample: Sample, effect: float, distance: float, threshold: float) -> Curve:
    task, units = sample.task, sample.units
    noise = task.noise(effect)
    variance = noise.truth / units

    def crossed(z: Array) -> Mask:
        return np.asarray(log_e_one_sided(z * np.sqrt(variance), variance, task.effect**2, 1) >= np.log(threshold))

    z = bisect(crossed, np.full(len(units), HIGHEST), np.zeros(len(units)), TOLERANCE)
    return _crossing(distance, noise, units, np.where(_trusted(task, units), z, np.inf))


def _trusted(task: Task, units: Array) -> Mask:
    """Whether as many give anything as the test's gate wants, if as many do as can be expected."""
    population = task.population
    giving = np.outer(units, [1 - population.rho, population.rho]) * population.rate
    return gate(giving[:, None, :], [population.rho])


def _crossing(distance: float, noise: Noise, units: Array, z: Array) -> Curve:
    drift = distance * np.sqrt(units[-1] / noise.truth)
    return Curve(units, crossing_probability(units / units[-1], z, 1, drift))
