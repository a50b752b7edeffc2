"""Group-sequential testing looked at without a plan of looks: one boundary for every moment up to the horizon.

Information is the matured conversions of both arms over those expected by the horizon, each conversion weighed by what
its phase tells: the variance of a difference goes with rho (1 - rho). The boundary that a spending function gives is
computed on a grid of 200 looks. Paths are watched in between too, so it is moved out by what a path overshoots a
boundary at which it is watched discretely: 0.5826 sqrt(dt) on the scale of the sum (Siegmund 1985, Sequential Analysis,
section 10.2).
"""

from functools import lru_cache

import numpy as np
from scipy.special import log_ndtr

from stats.arrays import Array, Mask, as_level, as_positive, sign
from stats.boundaries.group_sequential import boundaries
from stats.sequential.base import NO_EFFECT, Design, Effect, Horizon, Interval, Rho, SequentialTest, Totals, register
from stats.sequential.yes_no import border, counts, relative_mde
from stats.strata import SMALLEST_PHASE, Arms, gate, phase_shares, weighted

GRID = np.linspace(0, 1, 201)[1:]
OVERSHOOT = 0.5826 * np.sqrt(GRID[0])
LATEST = 1.1  # of the planned information: a last look may come late, and the error lasts until then


@register
class GroupSequential(SequentialTest):
    """For an experiment with a planned end. Its evidence is log(2/alpha) or more exactly where z is at the boundary.

    Below that it only says how far away the boundary is: p is right at alpha and at no other level.
    """

    name = "group_sequential"
    outcomes = ("yes_no",)
    cells = ("n", "converted")
    null = "equal rates"
    exact = False
    two_sided = True
    borders = ()

    def __init__(self, design: Design) -> None:
        relative_mde(design)
        if design.horizon is None:
            raise ValueError("horizon must be declared: the conversions expected by the end, and their spending")
        as_positive("horizon", design.horizon.conversions)
        self.horizon, self.alpha = design.horizon, design.alpha
        boundary(design.alpha, design.horizon, np.ones(1))

    def log_e(self, totals: Totals, rho: Rho, side: int, beyond: Effect = NO_EFFECT) -> Array:
        border(beyond, self.borders)
        difference, variance = _arms(totals, rho).difference()
        z = sign("side", side) * difference / np.sqrt(np.where(variance > 0, variance, np.nan))
        stop = boundary(self.alpha, self.horizon, self._information(totals, rho))
        stop = np.where(self._trusted(totals, rho) & np.isfinite(stop), stop, np.nan)
        log_e = np.log(2 / self.alpha) + log_ndtr(-stop) - log_ndtr(-z)
        return np.where(np.isnan(log_e), 0.0, log_e)

    def estimate(self, totals: Totals, rho: Rho, *, relative: bool = False) -> Array:
        arms = _arms(totals, rho)
        return arms.lift() if relative else arms.difference()[0]

    def interval(self, totals: Totals, rho: Rho, alpha: float, *, relative: bool = False) -> Interval:
        """What no look so far could reject (Jennison and Turnbull 1989, JRSS B 51(3)); of a lift, by its logarithm."""
        arms = _arms(totals, rho)
        middle, variance = arms.log_ratio() if relative else arms.difference()
        information = np.minimum(self._information(totals, rho), LATEST)
        stop = boundary(float(as_level("alpha", alpha)), self.horizon, information)
        half = np.where(self._trusted(totals, rho) & np.isfinite(stop), stop, np.nan) * np.sqrt(variance)
        ends = middle - half, middle + half
        return (np.expm1(ends[0]), np.expm1(ends[1])) if relative else ends

    def _information(self, totals: Totals, rho: Rho) -> Array:
        """(...,) share of the planned one; the plan counts conversions under the last phase's allocation."""
        told = np.array([odds * (1 - odds) for odds in rho])
        _, converted = counts(totals, rho)
        return np.asarray((converted.sum(axis=-1) * told).sum(axis=-1) / (told[-1] * self.horizon.conversions))

    def _trusted(self, totals: Totals, rho: Rho) -> Mask:
        return gate(counts(totals, rho)[1], rho)


def boundary(alpha: float, horizon: Horizon, information: Array) -> Array:
    """(...,) z from which on to stop at (...,) shares of the information; infinite before the grid and after the end.

    Until LATEST: whoever went on watching an unmoved boundary would be peeking again.
    """
    time = information / LATEST
    times, edges = _edges(alpha, horizon.spending, horizon.parameter)
    open_ = (time >= times[0]) & (time <= 1)
    return np.where(open_, np.interp(time, times, edges) / np.sqrt(np.where(open_, time, 1)), np.inf)


@lru_cache(maxsize=2**8)
def _edges(alpha: float, spending: str, parameter: float | None) -> tuple[Array, Array]:
    """Where sums leave, at the grid's times with something to spend."""
    z = boundaries(GRID, alpha, spending, 2, parameter)
    spends: Mask = np.isfinite(z)
    return GRID[spends], z[spends] * np.sqrt(GRID[spends]) + OVERSHOOT


def _arms(totals: Totals, rho: Rho) -> Arms:
    n, converted = counts(totals, rho)
    rate = converted / np.maximum(n, 1)
    variance = rate * (1 - rate) * n / np.maximum(n - 1, 1)
    return weighted(n, rate, variance, phase_shares(n, rho, SMALLEST_PHASE))
