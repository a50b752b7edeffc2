"""What is to be found out: an improvement of a size, among these units, with these errors."""

from dataclasses import dataclass

from stats.arrays import Array, as_level, as_positive, sign, within
from stats.planning.fixed import Noise
from stats.planning.population import Population
from stats.sequential.base import Design, Effect, Horizon, Totals

LARGEST_BETA = 0.5


@dataclass(frozen=True, slots=True)
class Task:
    """A comparison to be planned.

    Args:
        population: what control units do.
        mde: the improvement worth detecting, > 0.
        alpha: two-sided level, in (0, 0.2].
        beta: accepted probability of missing it, in (0, 0.5].
        side: 1 if more is an improvement, -1 if less is.
        cap: largest amount of one unit, or None.
    """

    population: Population
    mde: Effect
    alpha: float = 0.05
    beta: float = 0.2
    side: int = 1
    cap: float | None = None

    def __post_init__(self) -> None:
        as_level("alpha", self.alpha)
        within("beta", float(as_positive("beta", self.beta)), 0, LARGEST_BETA)
        as_positive("mde", self.mde.size)
        self.population.treated(sign("side", self.side) * self.effect)
        if self.cap is not None and self.population.size > self.cap:
            raise ValueError(f"sd must be in (0, sqrt(mean (cap - mean))], got one that needs amounts above {self.cap}")

    @property
    def effect(self) -> float:
        """The MDE as a difference of means, > 0."""
        return self.mde.size * (self.population.mean if self.mde.relative else 1)

    def noise(self, effect: float) -> Noise:
        """Of the difference in means, if the improvement has this size."""
        return self.population.noise(self.side * effect)

    def draw(self, effect: float, units: Array, runs: int, seed: int) -> Totals:
        """Totals of experiments in which it has."""
        return self.population.draw(self.side * effect, units, runs, seed)

    def design(self, horizon: float) -> Design:
        """What a test is told beforehand; horizon is in units of both arms."""
        return Design(
            mde=self.mde,
            baseline=self.population.mean,
            cap=self.cap,
            alpha=self.alpha,
            scale=self.population.scale,
            units=horizon,
            horizon=Horizon(horizon * self.population.rate),
        )
