"""The units an experiment is planned for: some of them give one amount, all others nothing.

A yes or no is that by itself. For amounts it is the one population of two values, one of them 0, that has the declared
mean and standard deviation; tests that read n, sum and sum of squares learn next to nothing else of a distribution.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stats.arrays import Array, as_positive, as_probabilities
from stats.planning.fixed import Noise, noise_of_means, noise_of_rates
from stats.sequential.base import Totals

Counts = NDArray[np.int64]

MICRO = 10**6


@dataclass(frozen=True, slots=True)
class Population:
    """Units of a control and a treatment.

    Args:
        rate: share of control units that give anything, in (0, 1).
        rho: share of treatment among the units, in (0, 1).
        amount: what those units give, > 0; None for a yes or no.
    """

    rate: float
    rho: float
    amount: float | None = None

    def __post_init__(self) -> None:
        as_probabilities("rate", self.rate)
        as_probabilities("rho", self.rho)
        as_positive("amount", self.size)

    @classmethod
    def of_mean(cls, mean: float, sd: float, rho: float) -> "Population":
        """Amounts of this mean and standard deviation, both > 0."""
        square = float(as_positive("mean", mean)) ** 2 + float(as_positive("sd", sd)) ** 2
        return cls(mean**2 / square, rho, square / mean)

    @property
    def size(self) -> float:
        """What a unit gives that gives anything."""
        return 1.0 if self.amount is None else self.amount

    @property
    def mean(self) -> float:
        """Of the control units."""
        return self.rate * self.size

    @property
    def scale(self) -> int:
        """Integers in one unit of the metric."""
        return 1 if self.amount is None else MICRO

    def largest(self, side: int) -> float:
        """The effect, > 0, that no treatment can reach on this side: everybody gives, or nobody."""
        return self.size * (1 - self.rate if side > 0 else self.rate)

    def treated(self, effect: float) -> float:
        """Share of treated units that give anything, when the difference in means is the effect."""
        if not -self.largest(-1) < effect < self.largest(1):
            raise ValueError(f"effect must be in ({-self.largest(-1):g}, {self.largest(1):g}), got {effect:g}")
        return self.rate + effect / self.size

    def noise(self, effect: float) -> Noise:
        """Of the difference in means of this effect."""
        if self.amount is None:
            return noise_of_rates(self.rate, self.treated(effect), self.rho)
        return noise_of_means(self.amount * np.sqrt(self.rate * (1 - self.rate)), self.rho)

    def draw(self, effect: float, looks: Array, runs: int, seed: int) -> Totals:
        """Totals at the looks: (runs, looks, 1 phase, 2) by the names that tests know.

        What units give without treatment is the same for every effect; the treatment makes some others give, or stop.

        Args:
            effect: difference in means.
            looks: (looks,) whole numbers of units, rising from above 0.
            runs: experiments.
            seed: of all that is drawn.
        """
        chance, entered = np.random.default_rng(seed), np.diff(looks, prepend=0).astype(np.int64)
        treated = chance.binomial(entered, self.rho, (runs, len(looks)))
        units = np.stack([entered - treated, treated], axis=-1)
        given = chance.binomial(units, self.rate)
        given[..., 1] += self._moved(chance, self.treated(effect) - self.rate, units[..., 1], given[..., 1])
        return self._totals(units.cumsum(axis=1)[..., None, :], given.cumsum(axis=1)[..., None, :])

    def _moved(self, chance: np.random.Generator, change: float, units: Counts, given: Counts) -> Counts:
        if change < 0:
            return -chance.binomial(given, -change / self.rate)
        return chance.binomial(units - given, change / (1 - self.rate))

    def _totals(self, units: Counts, given: Counts) -> Totals:
        n, converted = units.astype(object), given.astype(object)
        amount = round(self.size * self.scale)
        named = {"n": n, "converted": converted, "nonzero": converted}
        return {**named, "sum": converted * amount, "squares": converted * amount**2}
