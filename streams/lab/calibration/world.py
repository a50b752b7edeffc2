"""A simulated experiment: what is true in it, and the cells that would be counted, for many runs at once.

Time is cut into slots of equal length; units enter evenly over a slot. The cells at the end of every slot are drawn
from their exact distribution, so a run costs the same for a hundred units and for a million.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stats.arrays import Array
from stats.sequential.base import NO_EFFECT, Effect

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class World:
    """What is true. Times are days from the first entry.

    Args:
        rate: probability that a unit of control converts within its window, at the start.
        effect: of the treatment on that rate.
        units_per_day: that enter.
        days: until entries and looks end.
        window: from entry, in which a conversion counts.
        delay: mean of the exponential delay of a conversion, for units that enter first and last; cut at the window.
        quick: mean delay in treatment over that in control.
        ramp: (from day, share of treatment), rising from day 0.
        drift: rate at the end over rate at the start.
        weekly: amplitude of the rate over the week, relative.
        slots: in `days`; a window is a whole number of them.
        busy: share of the days in which all units enter.
    """

    rate: float = 0.1
    effect: Effect = NO_EFFECT
    units_per_day: float = 400.0
    days: float = 28.0
    window: float = 7.0
    delay: tuple[float, float] = (1.0, 3.0)
    quick: float = 1.0
    ramp: tuple[tuple[float, float], ...] = ((0.0, 0.1), (7.0, 0.5))
    drift: float = 1.5
    weekly: float = 0.2
    slots: int = 100
    busy: float = 1.0

    def __post_init__(self) -> None:
        if abs(self.window / self.slot - self.lags) > 1e-6 or not 0 < self.lags < self.slots:
            raise ValueError(f"window must be a whole number of slots ({self.slot} d) below days, got {self.window}")
        if self.rates().min() <= 0 or self.rates().max() >= 1:
            raise ValueError(f"rate, with effect, drift and season, must stay in (0, 1), got {self.rate}")

    @property
    def slot(self) -> float:
        """Its length in days."""
        return self.days / self.slots

    @property
    def lags(self) -> int:
        """Slots in a window."""
        return round(self.window / self.slot)

    @property
    def times(self) -> Array:
        """(slots,) days at which the slots end."""
        return np.asarray(self.slot * np.arange(1, self.slots + 1), dtype=np.float64)

    @cached_property
    def phase(self) -> NDArray[np.intp]:
        """(slots,) of the ramp, at entry."""
        starts = [start for start, _ in self.ramp]
        return np.asarray(np.searchsorted(starts, self.times - self.slot / 2) - 1)

    @property
    def rho(self) -> tuple[float, ...]:
        """Probability of treatment in each phase."""
        return tuple(share for _, share in self.ramp)

    @property
    def shares(self) -> Array:
        """(slots,) probability of treatment."""
        shares: Array = np.array(self.rho)
        return shares[self.phase]

    @property
    def entries(self) -> Counts:
        """(slots,) units that enter, of both arms."""
        open_ = np.arange(self.slots) < round(self.busy * self.slots)
        entered = np.round(self.units_per_day * self.days * np.cumsum(open_) / open_.sum())
        return np.asarray(np.diff(entered, prepend=0), dtype=np.int64)

    def rates(self) -> Array:
        """(slots, 2) probability that a unit entering then converts, by arm."""
        middle = self.times - self.slot / 2
        season = 1 + self.weekly * np.sin(2 * np.pi * middle / 7)
        control = self.rate * (1 + (self.drift - 1) * middle / self.days) * season
        gain = control * self.effect.size if self.effect.relative else self.effect.size
        return np.stack([control, control + gain], axis=-1)

    def mean_delay(self, entry: Array) -> Array:
        """(..., 2) days, by arm, of units that enter at (...,) days."""
        first, last = self.delay
        return np.asarray((first + (last - first) * entry / self.days)[..., None] * np.array([1, self.quick]))

    def delays(self) -> Array:
        """(slots, 2, lags + 1) how conversions spread over the slots since entry."""
        return _spread(self.mean_delay(self.times - self.slot / 2) / self.slot, self.lags)


def _spread(mean: Array, lags: int) -> Array:
    """Chance that floor(U + D) is 0 ... lags: U even over the slot of entry, D exponential and cut at the window."""
    edges, scale = np.arange(-1, lags + 2), mean[..., None]
    inside = np.clip(edges, 0, lags)
    area = (inside + scale * np.expm1(-inside / scale)) / -np.expm1(-lags / scale)  # under the distribution function
    return np.asarray(np.diff(area + np.maximum(edges - lags, 0), n=2, axis=-1))
