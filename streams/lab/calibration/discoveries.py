"""Thousands of live experiments at once: how many of the discoveries are false."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from stats.arrays import Array, Mask
from stats.multiplicity import discoveries, lord_plus_plus
from stats.sequential.base import Design, Effect
from streams.lab.calibration.figure import ALPHA, Figure, Row, Setting
from streams.lab.calibration.journeys import simulate
from streams.lab.calibration.methods import chosen, difference
from streams.lab.calibration.world import World

EXPERIMENTS, NULLS = 10_000, 0.9
E_BH, LORD, ALONE = "e-BH on lifted maxima", "LORD++ on 1 / max E", "each at alpha, alone"
LIVE = 500  # that begin, at most, before one is decided
EFFECT = Effect(0.2, relative=True)
WORLD = World(units_per_day=2_000, slots=28)
BET = chosen("label_bet", Design(EFFECT, 0.1))


def rates(setting: Setting) -> Iterator[Row]:
    """Ten portfolios; in each, experiments stop where their own evidence is highest."""
    trials = [portfolio(setting, number) for number in range(max(2, int(10 * setting.share)))]
    for name, given in ((E_BH, "at most .05"), (LORD, "at most .05"), (ALONE, "")):
        false, found = np.mean([trial[name] for trial in trials], axis=0)
        yield Row(name, f"{false:.4f} false, {found:.0%} of the effects found", given)


def portfolio(setting: Setting, number: int) -> dict[str, tuple[float, float]]:
    """False discovery proportion and power of each procedure."""
    rng = setting.rng("portfolio", str(number))
    null = rng.random(EXPERIMENTS) < NULLS
    best = np.empty(EXPERIMENTS)
    for nothing, world in ((True, WORLD), (False, replace(WORLD, effect=EFFECT))):
        best[null == nothing] = _best(world, int((null == nothing).sum()), rng)
    p = np.minimum(1, np.exp(-best))
    decided = np.minimum(EXPERIMENTS, np.arange(1, EXPERIMENTS + 1) + rng.integers(0, LIVE, EXPERIMENTS))
    found = {
        E_BH: discoveries(best, ALPHA),
        LORD: p <= lord_plus_plus(p, ALPHA, decided),
        ALONE: p <= ALPHA,
    }
    return {name: _share(mask, null) for name, mask in found.items()}


def _best(world: World, runs: int, rng: np.random.Generator) -> Array:
    """Highest evidence of each run."""
    return np.asarray(difference(BET, simulate(world, runs, rng).totals("early"), world.rho).max(axis=0))


def _share(found: Mask, null: Mask) -> tuple[float, float]:
    return float((found & null).sum() / max(1, found.sum())), float((found & ~null).sum() / (~null).sum())


FIGURES = (
    Figure(
        "False discoveries among 10,000 live experiments",
        "90 % do nothing, the others +20 %; ten portfolios, each experiment at the height of its own evidence.",
        rates,
    ),
)
