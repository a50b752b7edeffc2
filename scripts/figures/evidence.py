"""Figures of evidence over counts and over experiments."""

import numpy as np
from matplotlib.axes import Axes

from scripts.figures.canvas import ALPHA, BLUE, GREY, SEED, VERMILLION, line, page
from stats.multiplicity import e_bh, log_lifted
from stats.sequential import msprt
from stats.sequential.multinomial import log_bayes_factor

THOUSAND = 1_000
SRM_ALPHA = 0.001


@page("multinomial")
def multinomial(axes: Axes) -> None:
    units = np.linspace(0, 200_000, 201)
    for share, label in ((0.5, "50 : 50"), (50 / 102, "50 : 52"), (0.485, "48.5 : 51.5")):
        counts = np.stack([units * share, units * (1 - share)], axis=-1)
        axes.plot(units / THOUSAND, log_bayes_factor(counts, [0.5, 0.5], 1_000), label=f"units arrive {label}")
    line(axes, -np.log(SRM_ALPHA), "log(1/0.001): the split is broken")
    axes.set(ylim=(-6, 40), xlabel="units, both arms (thousands)", ylabel="log evidence against 50 : 50")


@page("msprt")
def mixture(axes: Axes) -> None:
    mde, units = 0.05, np.linspace(100, 80_000, 120)
    for share, label in ((0, "no effect"), (0.5, "half the MDE"), (1, "the MDE"), (2, "twice the MDE")):
        evidence = msprt.log_e(share * mde, 4 / units, mde**2)  # of an estimate that is the truth, deviation 1
        axes.plot(units / THOUSAND, evidence, label=label)
    line(axes, -np.log(ALPHA), "log(1/alpha) = 3.0")
    axes.set(ylim=(-4, 12), xlabel="units, both arms (thousands)", ylabel="log evidence for the true effect")


@page("multiplicity")
def false_discoveries(axes: Axes) -> None:
    experiments, effects = 200, 40
    rng = np.random.default_rng(SEED)
    highest = np.r_[rng.exponential(size=experiments - effects), rng.normal(9, 3, effects)]
    order = np.argsort(-highest)
    e_values = np.exp(log_lifted(highest[order]))
    kept, ranks = e_bh(e_values, ALPHA), np.arange(1, experiments + 1)
    axes.scatter(ranks[~kept], e_values[~kept], s=12, marker="x", color=GREY, label="not shipped")
    axes.scatter(ranks[kept], e_values[kept], s=14, color=BLUE, label="discoveries")
    axes.plot(ranks, experiments / (ranks * ALPHA), color=VERMILLION, linestyle="--", label="m / (k alpha)")
    axes.set(
        yscale="log",
        xlim=(0, 100),
        xlabel="experiments, by falling evidence (rank k of m = 200)",
        ylabel="lifted e-value",
    )
