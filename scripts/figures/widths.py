"""Figures of intervals: how narrow they get, and what watching costs."""

import numpy as np
from matplotlib.axes import Axes

from scripts.figures.canvas import ALPHA, GREEN, page
from stats.sequential import anytime_regression, msprt
from stats.sequential.bounded_bet import BoundedBet

NORMAL = 1.959964  # the quantile of 97.5 %
RHO = (0.5,)


@page("asymptotic_cs")
def asymptotic_cs(axes: Axes) -> None:
    units = np.geomspace(200, 2e6, 200)
    variance = 4 / units  # of a difference of means of values with standard deviation 1
    for tau, label in ((0.01, "always valid, MDE 0.01"), (0.05, "always valid, MDE 0.05")):
        axes.plot(units, msprt.half_width(variance, tau**2, ALPHA), label=label)
    axes.plot(units, NORMAL * np.sqrt(variance), color=GREEN, linestyle=":", label="one planned look")
    axes.set(xscale="log", yscale="log", xlabel="units, both arms", ylabel="half-width (standard deviations)")


@page("bounded_bet")
def bounded_bet(axes: Axes) -> None:
    """Amounts with mean 1 and standard deviation 2, in millionths; only the cap that was declared differs."""
    units = np.unique(np.geomspace(500, 5e6, 40).astype(np.int64))
    scale = 10**6
    n = np.array([[[[u, u]] for u in units.tolist()]], dtype=object)[0]
    for cap in (10, 50, 250):
        bet = BoundedBet(cap=float(cap * scale), baseline=float(scale))
        lower, upper = bet.interval(n, n * scale, n * 5 * scale**2, RHO, ALPHA)
        axes.plot(2 * units, (upper - lower) / 2 / scale, label=f"exact, cap {cap} times the mean")
    variance = 2 * 4 / units
    axes.plot(
        2 * units, msprt.half_width(variance, 0.05**2, ALPHA), color="black", linestyle=":", label="asymptotic_cs"
    )
    axes.set(xscale="log", yscale="log", xlabel="units, both arms", ylabel="half-width (multiples of the mean)")


@page("anytime_regression")
def regression(axes: Axes) -> None:
    units = np.geomspace(30, 1e5, 300)
    for g in (10, 100, 1_000):
        half = anytime_regression.half_width(1 / np.sqrt(units), units - 3, units, g, ALPHA)
        axes.plot(units, np.sqrt(units) * np.where(np.isfinite(half), half, np.nan), label=f"g = {g:,}")
    axes.axhline(NORMAL, color="black", linestyle=":", label="one planned look")
    axes.set(xscale="log", ylim=(1.5, 6), xlabel="units", ylabel="half-width (standard errors)")


@page("cuped")
def cuped(axes: Axes) -> None:
    """A covariate takes the share r^2 of the variance away, and units in proportion."""
    units = np.geomspace(1e3, 1e6, 100)
    for correlation in (0.0, 0.5, 0.8):
        variance = 4 * (1 - correlation**2) / units
        axes.plot(units, msprt.half_width(variance, 0.02**2, ALPHA), label=f"correlation {correlation:g}")
    axes.set(xscale="log", yscale="log", xlabel="units, both arms", ylabel="half-width (standard deviations)")


@page("ratio")
def ratio(axes: Axes) -> None:
    """Sessions of a unit share its habits: taken as independent, their ratio looks far better known than it is."""
    units, sessions, share = np.geomspace(200, 2e5, 100), 5.0, 0.1
    independent = share * (1 - share) / (units * sessions) * 4
    within_unit = 0.3  # correlation of two sessions of a unit
    linearised = independent * (1 + (sessions - 1) * within_unit)
    axes.plot(units, 100 * msprt.half_width(linearised, 0.01**2, ALPHA), label="per unit, linearised")
    axes.plot(units, 100 * msprt.half_width(independent, 0.01**2, ALPHA), label="per session, wrong: too narrow")
    axes.set(
        xscale="log", yscale="log", xlabel="units, both arms (5 sessions each)", ylabel="half-width (percentage points)"
    )
