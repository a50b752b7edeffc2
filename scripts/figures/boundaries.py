"""Figures of boundaries that a statistic must reach."""

import numpy as np
from matplotlib.axes import Axes

from scripts.figures.canvas import ALPHA, BLUE, GREY, SEED, VERMILLION, page
from stats.boundaries.group_sequential import boundaries
from stats.sequential import normal_mixture

NORMAL = 1.959964
SPENDING = {
    "O'Brien and Fleming": ("obrien_fleming", None),
    "Pocock": ("pocock", None),
    "power, rho 2": ("power", 2.0),
    "Hwang, Shih and DeCani, gamma -4": ("hwang_shih_decani", -4.0),
}


@page("group_sequential")
def group_sequential(axes: Axes) -> None:
    information = np.arange(1, 11) / 10
    for (label, (spending, parameter)), mark in zip(SPENDING.items(), "os^D", strict=True):
        z = boundaries(information, ALPHA, spending, 2, parameter)
        axes.plot(100 * information, z, marker=mark, markersize=4, label=label)
    axes.axhline(NORMAL, color=GREY, linestyle=":", linewidth=1, label="1.96 at each look rejects 19 % of true nulls")
    axes.set(
        ylim=(1.5, 7), xlabel="information: matured conversions (% of the planned)", ylabel="z to stop, two-sided .05"
    )


@page("wald_sprt")
def wald_sprt(axes: Axes) -> None:
    p0, p1, alpha, beta = 0.1, 0.2, 0.05, 0.1
    rise, fall = np.log(p1 / p0), np.log((1 - p0) / (1 - p1))
    trials = np.arange(121)
    reject, accept = ((bound + trials * fall) / (rise + fall) for bound in _bounds(alpha, beta))
    axes.fill_between(trials, reject, 30, color=BLUE, alpha=0.25, label="p = 0.2 is accepted")
    axes.fill_between(trials, 0, np.maximum(accept, 0), color=VERMILLION, alpha=0.25, label="p = 0.1 is accepted")
    rng = np.random.default_rng(SEED)
    for p, colour, style in ((p0, VERMILLION, "--"), (p1, BLUE, "-")):
        path = np.r_[0, np.cumsum(rng.random(120) < p)]
        out = np.flatnonzero((path >= reject) | (path <= accept))
        end = out[0] + 1 if out.size else path.size
        axes.step(trials[:end], path[:end], where="post", color=colour, linestyle=style, label=f"a stream with p = {p}")
    axes.set(xlim=(0, 120), ylim=(0, 30), xlabel="trials", ylabel="successes")


def _bounds(alpha: float, beta: float) -> tuple[float, float]:
    return float(np.log((1 - beta) / alpha)), float(np.log(beta / (1 - alpha)))


@page("normal_mixture")
def mixture(axes: Axes) -> None:
    steps, runs = 20_000, 12
    v = np.unique(np.geomspace(10, steps, 110).astype(int))
    paths = np.random.default_rng(SEED).normal(size=(runs, steps)).cumsum(axis=1)[:, v - 1] / np.sqrt(v)
    axes.plot(
        v,
        paths.T,
        color=GREY,
        linestyle="-",
        linewidth=0.6,
        label=["sums of noise: 7 of 12 pass 1.96 at some time"] + [None] * (runs - 1),
    )
    rho = normal_mixture.optimal_rho(1_000, ALPHA, one_sided=False)
    edge = normal_mixture.bound(v, ALPHA, rho) / np.sqrt(v)
    for sign in (1, -1):
        axes.plot(v, sign * edge, color=BLUE, linestyle="-", label="boundary, tuned for 1,000" if sign > 0 else None)
        axes.axhline(sign * NORMAL, color=VERMILLION, linestyle="--", label="1.96, valid once" if sign > 0 else None)
    axes.set(xscale="log", ylim=(-6, 6), xlabel="accumulated variance v", ylabel="sum / sqrt(v)")
