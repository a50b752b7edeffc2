"""What a simulation is asked: an experiment as its owner expects it, looked at so many times. Times are days."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, inf

import numpy as np
from numpy.typing import NDArray

from stats.arrays import LARGEST_ALPHA
from stats.planning.task import LARGEST_BETA
from stats.sequential.base import NO_EFFECT, Design, Effect, Horizon
from streams.core.validation import DefinitionError, Problem
from streams.lab.calibration.world import World

MOST_SLOTS = 2_000
LARGEST, TINY = 1e9, 1e-12
Ramp = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Question:
    """A yes-or-no metric of a treatment against the control.

    Args:
        title: of the experiment and its metric, or "".
        baseline: rate of the control.
        mde: improvement worth detecting; the true one in half of the runs.
        units_per_day: that enter both arms.
        delay: mean days from entry to conversion, exponential.
        window: from entry, in which a conversion counts.
        ramp: (from day, share of treatment among the two).
        days: until entries and looks end.
        looks: evenly spaced in them.
        drift: rate at the end over rate at the start.
        alpha: two-sided level.
        beta: level at which an improvement of the MDE is given up.
        side: 1 if more conversions are better, -1 if fewer.
    """

    baseline: float
    mde: Effect
    units_per_day: float
    delay: float = 1.0
    window: float = 7.0
    ramp: Ramp = ((0.0, 0.5),)
    days: float = 28.0
    looks: int = 28
    drift: float = 1.0
    alpha: float = 0.05
    beta: float = 0.2
    side: int = 1
    title: str = ""

    def __post_init__(self) -> None:
        if problems := list(_problems(self)):
            raise DefinitionError(problems)

    @property
    def treated(self) -> float:
        """Rate in treatment if the effect is the MDE, at the start."""
        return self.baseline + self.side * self.mde.size * (self.baseline if self.mde.relative else 1)

    def world(self, *, same: bool) -> World:
        """One in which treatment does nothing, or has the effect; its slots divide the window and fit the looks."""
        slot = self._window / self._lags
        slots = int(self.days / slot + 1e-9)
        effect = NO_EFFECT if same else Effect(self.side * self.mde.size, self.mde.relative)
        return World(
            rate=self.baseline,
            effect=effect,
            units_per_day=self.units_per_day,
            days=slots * slot,
            window=self._window,
            delay=(self.delay, self.delay),
            ramp=self.ramp,
            drift=self.drift,
            weekly=0,
            slots=slots,
        )

    def look_slots(self, world: World) -> NDArray[np.intp]:
        """(looks,) slots at whose ends one looks: the last at the end."""
        return np.rint(np.arange(1, self.looks + 1) * world.slots / self.looks).astype(np.intp) - 1

    @property
    def design(self) -> Design:
        """What tests are told before the first unit."""
        matured = self.units_per_day * (self.days - self.window)
        return Design(self.mde, self.baseline, alpha=self.alpha, horizon=Horizon(matured * self.baseline))

    @property
    def _lags(self) -> int:
        return ceil(self._window * self.looks / self.days - 1e-9)

    @property
    def _window(self) -> float:
        """A window much shorter than the time between looks is over within its slot, however short it is."""
        return max(self.window, self.days / MOST_SLOTS)


def _problems(q: Question) -> Iterator[Problem]:
    yield from _outside("--baseline", q.baseline, 1, "the control's rate")
    yield from _outside("--mde", q.mde.size, LARGEST, "an improvement such as 5% or 0.006")
    yield from _outside("--units-per-day", q.units_per_day, LARGEST, "the units that enter in a day")
    yield from _outside("--days", q.days, 1_000, "a length such as 28d")
    yield from _outside("--delay", q.delay, 1_000, "the mean time to a conversion, such as 1d")
    yield from _outside("--window", q.window, q.days, f"a length below the {q.days:g} days")
    yield from _outside("--alpha", q.alpha, LARGEST_ALPHA + TINY, "a level such as 0.05")
    yield from _outside("--beta", q.beta, LARGEST_BETA + TINY, "a level such as 0.2")
    yield from _outside("--drift", q.drift, LARGEST, "the rate at the end over that at the start")
    if not 1 <= q.looks <= MOST_SLOTS:
        yield Problem("--looks", f"{q.looks} is out of range", f"give a number from 1 to {MOST_SLOTS:,}")
    if not all(0 < share < 1 for _, share in q.ramp):
        yield Problem("--ramp", "a share is out of range", "give shares of treatment such as 10%,50%")
    if q.ramp[-1][0] >= q.days:
        yield Problem(
            "--ramp", f"its last stage begins on day {q.ramp[-1][0]:g}", f"let it begin before day {q.days:g}"
        )
    if 0 < q.baseline < 1 and not 0 < min(q.treated, q.treated * q.drift) <= max(q.treated, q.treated * q.drift) < 1:
        yield Problem(
            "--mde", f"the rate can't become {q.treated * max(1, q.drift):.3g}", "give a smaller effect or drift"
        )


def _outside(name: str, value: float, below: float, what: str) -> Iterator[Problem]:
    if not 0 < value < below or value == inf:
        yield Problem(name, f"{value:g} is out of range", f"give {what}, above 0 and below {below:g}")
