"""What a plan is asked: an effect, among so many units a day, by a day; and how an answer in units becomes days."""

from dataclasses import dataclass
from math import floor, isfinite
from typing import NamedTuple

from stats.planning.outlook import methods
from stats.planning.population import Population
from stats.planning.task import Task
from stats.sequential.base import Effect
from streams.core.schema import DAY, HOUR, Cost
from streams.lab.planning.checks import check

DELAY = DAY + HOUR // 12  # window and lateness of a definition that says nothing


class Arm(NamedTuple):
    """A variant: its share of all units, and what it costs."""

    key: str
    share: float
    cost: Cost | None = None


@dataclass(frozen=True)
class Question:
    """One metric of a treatment against the control. Times in ms.

    Args:
        experiment: its id, or "" if there is no definition.
        metric: its id.
        outcome: of the metric, as tests know it: yes_no, amount or ratio.
        variants: the control first; the treatment with the fewest units is planned for.
        baseline: of the metric without treatment.
        mde: improvement worth detecting.
        units_per_day: that enter the experiment, over all its variants.
        sd: standard deviation of one unit's amount; of a mean.
        cap: largest amount of one unit.
        side: 1 if more is better, -1 if less is.
        alpha: two-sided level of this comparison.
        beta: accepted probability of missing the MDE.
        max_runtime: in which units enter.
        min_runtime: before which nothing succeeds.
        warmup: in which units don't count.
        wait: from entry until a unit is counted: window and lateness.
        method: the one that will decide.
        notes: what the reader should know about the numbers.
    """

    experiment: str
    metric: str
    outcome: str
    variants: tuple[Arm, ...]
    baseline: float
    mde: Effect
    units_per_day: float
    sd: float | None = None
    cap: float | None = None
    side: int = 1
    alpha: float = 0.05
    beta: float = 0.2
    max_runtime: int = 28 * DAY
    min_runtime: int = 0
    warmup: int = 0
    wait: int = DELAY
    method: str = "label_bet"
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check(self)

    @property
    def arms(self) -> tuple[Arm, Arm]:
        """The control, and the treatment that waits longest."""
        return self.variants[0], min(self.variants[1:], key=lambda arm: arm.share)

    @property
    def population(self) -> Population:
        """What units do."""
        rho = self.arms[1].share / self.share
        if self.outcome == "yes_no":
            return Population(self.baseline, rho)
        return Population.of_mean(self.baseline, self.sd or 0, rho)

    @property
    def effect(self) -> float:
        """The MDE as a difference of means."""
        return self.mde.size * (self.baseline if self.mde.relative else 1)

    @property
    def task(self) -> Task:
        """The comparison, in units of both arms."""
        return Task(self.population, self.mde, self.alpha, self.beta, self.side, self.cap)

    @property
    def methods(self) -> tuple[str, ...]:
        """Those that can be planned; a bound on amounts must be known to bet on them."""
        return tuple(name for name in methods(self.outcome) if name != "bounded_bet" or self.cap is not None)

    @property
    def share(self) -> float:
        """Of all units that enter one of the two arms."""
        return sum(arm.share for arm in self.arms)

    @property
    def horizon(self) -> int:
        """Units of both arms that enter in max_runtime."""
        return floor(self.units_per_day * self.share * (self.max_runtime - self.warmup) / DAY)

    def days(self, units: float) -> float:
        """From the start until so many units of both arms have entered and are counted."""
        entered = self.warmup / DAY + units / (self.units_per_day * self.share)
        return max(self.min_runtime / DAY, entered + self.wait / DAY)

    def cost(self, units: float) -> dict[str, float]:
        """Of all variants by currency, and their hours, until so many units of both arms have entered."""
        spent: dict[str, float] = {}
        for arm in self.variants:
            if arm.cost is not None and isfinite(units):
                each = arm.cost.per_exposure + arm.cost.per_conversion * self._conversions
                money = arm.cost.fixed + units * arm.share / self.share * each
                spent[arm.cost.currency] = spent.get(arm.cost.currency, 0) + money
                spent["hours"] = spent.get("hours", 0) + arm.cost.hours
        return spent

    @property
    def _conversions(self) -> float:
        """Of one unit, as far as they are known."""
        return self.baseline if self.outcome == "yes_no" else 0
