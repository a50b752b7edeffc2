"""Figures of bets: what a bettor holds while units come in."""

import numpy as np
from matplotlib.axes import Axes

from scripts.figures.canvas import ALPHA, BLACK, BLUE, GREEN, GREY, SEED, VERMILLION, line, page
from stats.logspace import bisect
from stats.sequential import betting
from stats.sequential.base import NO_EFFECT, Design, Effect, SequentialTest, registry

RHO = (0.5,)
BASELINE = 0.10
MDE = Effect(0.10, relative=True)
THOUSAND = 1_000


def yes_no(name: str) -> SequentialTest:
    return registry()["yes_no", name](Design(mde=MDE, baseline=BASELINE))


def totals(n: np.ndarray, converted: np.ndarray) -> dict[str, np.ndarray]:
    """Of (..., 2) units in one phase."""
    return {"n": n[..., None, :], "converted": converted[..., None, :]}


def journeys(rates: tuple[float, float], runs: int, looks: int, units: int) -> dict[str, np.ndarray]:
    """Totals after each look, (runs, looks, ...), with this many units of each arm between two looks."""
    rng = np.random.default_rng(SEED)
    converted = rng.binomial(units, rates, (runs, looks, 2)).cumsum(axis=1)
    n = np.broadcast_to(units * np.arange(1, looks + 1)[:, None], converted.shape)
    return totals(n, converted)


@page("label_bet")
def label_bet(axes: Axes) -> None:
    looks, units = 80, 375
    x = 2 * units * np.arange(1, looks + 1) / THOUSAND
    for rates, colour, style, label in (
        ((BASELINE, BASELINE), GREY, "-", "no effect: 10 % and 10 %"),
        ((BASELINE, 0.11), BLUE, "-", "an improvement: 10 % and 11 %"),
    ):
        paths = yes_no("label_bet").log_e(journeys(rates, 8, looks, units), RHO, 1)
        axes.plot(x, np.exp(paths.T), color=colour, linestyle=style, linewidth=1, label=[label] + [None] * 7)
    line(axes, 1 / ALPHA, "1/alpha = 20: improvement declared")
    axes.set(
        yscale="log", ylim=(1e-4, 1e8), xlabel="matured units, both arms (thousands)", ylabel="wealth (starts at 1)"
    )


@page("sprt")
def sprt(axes: Axes) -> None:
    _regions(axes, "sprt", np.linspace(2, 80, 40) * THOUSAND)


@page("sprt_early")
def sprt_early(axes: Axes) -> None:
    """Counts of converters alone decide, whatever else has been exposed."""
    looks, units = 60, 400
    x = 2 * units * np.arange(1, looks + 1) / THOUSAND
    test = yes_no("sprt_early")
    for rates, colour, label in (((0.1, 0.1), GREY, "no effect"), ((0.1, 0.11), BLUE, "an effect of the MDE")):
        paths = test.log_e(journeys(rates, 6, looks, units), RHO, 1)
        axes.plot(x, np.exp(paths.T), color=colour, linestyle="-", linewidth=1, label=[label] + [None] * 5)
    line(axes, 2 / ALPHA, "2/alpha = 40: difference declared")
    line(axes, 0.2, "beta = 0.2: no rise of the MDE")
    axes.set(yscale="log", ylim=(1e-4, 1e6), xlabel="units, both arms (thousands)", ylabel="wealth (starts at 1)")


def _regions(axes: Axes, name: str, units: np.ndarray) -> None:
    """Observed lifts that declare an improvement, that accept there is none, and between them."""
    test, beta = yes_no(name), 0.2
    control = np.full(units.shape, BASELINE) * units / 2

    def log_e(lift: np.ndarray, side: int, beyond: Effect) -> np.ndarray:
        arms = np.stack([control, control * (1 + lift)], axis=-1)
        return test.log_e(totals(np.stack([units / 2, units / 2], axis=-1), arms), RHO, side, beyond)

    low, high = np.full(units.shape, -0.9), np.full(units.shape, 2.0)
    better = bisect(lambda lift: log_e(lift, 1, NO_EFFECT) >= -np.log(ALPHA), high, low, 1e-6)
    futile = bisect(lambda lift: log_e(lift, -1, MDE) >= -np.log(beta), low, high, 1e-6)
    x, top, bottom = units / THOUSAND, 40.0, -40.0
    axes.fill_between(x, 100 * better, top, color=BLUE, alpha=0.25, label="an improvement is declared")
    axes.fill_between(x, bottom, 100 * futile, color=VERMILLION, alpha=0.25, label="no improvement is accepted")
    axes.plot(x, 100 * better, color=BLUE, linestyle="-")
    axes.plot(x, 100 * futile, color=VERMILLION, linestyle="--")
    axes.axhline(10, color=BLACK, linewidth=1, linestyle=":")
    axes.annotate("MDE", (x[-1], 10), xytext=(0, 3), textcoords="offset points", ha="right", fontsize=9)
    axes.set(
        ylim=(bottom, top),
        xlim=(x[0], x[-1]),
        xlabel="matured units, both arms (thousands)",
        ylabel="observed lift (%)",
    )


@page("betting")
def means(axes: Axes) -> None:
    rng, size = np.random.default_rng(SEED), 2_000
    values = rng.beta(2, 6, size)
    known = np.unique(np.geomspace(5, size, 40).astype(int))
    lower, upper = np.array([betting.interval(values[:t], ALPHA) for t in known]).T
    running = np.cumsum(values)[known - 1] / known
    axes.fill_between(known, lower, upper, color=BLUE, alpha=0.25, label="means that no bet has excluded")
    axes.plot(known, running, color=BLUE, linestyle="-", label="mean so far")
    axes.axhline(0.25, color=GREEN, linestyle="--", label="true mean")
    axes.set(xscale="log", ylim=(0, 1), xlabel="observations", ylabel="mean of values in [0, 1]")
