"""Claims about the size of an effect: margins at their border, and intervals that never miss on the whole path."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np

from stats.arrays import Array
from stats.sequential.base import Design, Effect, SequentialTest, Totals
from streams.lab.calibration.figure import ALPHA, Figure, Row, Setting, chunks
from streams.lab.calibration.harness import Rate, rejections
from streams.lab.calibration.journeys import simulate
from streams.lab.calibration.methods import chosen, difference, one_sided
from streams.lab.calibration.trap_estimates import over_phases
from streams.lab.calibration.world import World

RATE, MDE = 0.1, 0.1
STEEP = ((0.0, 0.05), (7.0, 0.2), (14.0, 0.5))
WORLD = World(rate=RATE, units_per_day=2_000, slots=28)
DESIGN = Design(Effect(MDE, relative=True), RATE)
BET, NORMAL = chosen("label_bet", DESIGN), chosen("asymptotic_cs", DESIGN)
EFFECTS = {"0": 0.0, "MDE/2": 0.5, "MDE": 1.0, "2 MDE": 2.0}
SHARES = 0.5, 0.9, 0.99


def margins(setting: Setting) -> Iterator[Row]:
    """Each claim where it is just not true."""
    for of, given, border in (
        ("not worse by 0.01", ".038", Effect(-0.01)),
        ("not worse by 10 %", "", Effect(-0.1, relative=True)),
        ("not better by 10 %: futility", "", Effect(0.1, relative=True)),
    ):
        side = -1 if border.size > 0 else 1
        world, rng = replace(WORLD, effect=border, slots=280), setting.rng("margins", of)
        looks = (simulate(world, n, rng).totals("matured") for n in chunks(setting.runs(5_000)))
        evidence = np.hstack([one_sided(BET, some, world.rho, side, border) for some in looks])
        yield Row(of, rejections(evidence, ALPHA), given, ALPHA)


def ramp_and_drift(setting: Setting) -> Iterator[Row]:
    """An interval misses when it excludes the truth at any look."""
    truth = Effect(0.01)
    world = replace(WORLD, effect=truth, units_per_day=10_000, ramp=STEEP)
    looks = list(simulate(world, setting.runs(1_000), setting.rng("ramp")).totals("matured"))
    pooled = difference(NORMAL, map(over_phases, looks), (0.5,), truth)
    stratified = difference(NORMAL, looks, world.rho, truth)
    yield Row("pooled difference", rejections(pooled, ALPHA), ".998", ALPHA, right=False)
    yield Row("stratified by phase", rejections(stratified, ALPHA), ".026", ALPHA)
    yield Row("label bet, inverted", missed(BET, looks, world.rho, truth), ".016", ALPHA)


def missed(test: SequentialTest, looks: list[Totals], rho: tuple[float, ...], truth: Effect) -> Rate:
    """Runs whose interval, inverted from one-sided bets, excludes the truth at any look."""
    sides: list[Array] = [one_sided(test, looks, rho, side, truth) for side in (1, -1)]
    return Rate.of((np.maximum(*sides) >= np.log(2 / ALPHA)).any(axis=0))


def coverage(setting: Setting) -> Iterator[Row]:
    """Over effects and allocations; the truth as a difference and as a lift."""
    for (name, part), share in product(EFFECTS.items(), SHARES):
        lift, gain = Effect(part * MDE, relative=True), Effect(part * MDE * RATE)
        world = replace(WORLD, effect=gain, ramp=((0.0, share),), drift=1, weekly=0)
        journeys = simulate(world, setting.runs(2_000), setting.rng("coverage", name, str(share)))
        looks, of = list(journeys.totals("matured")), f"effect {name}, {share:g} treated"
        yield Row(f"{of}, difference by the bet", missed(BET, looks, world.rho, gain), alpha=ALPHA)
        yield Row(f"{of}, lift by the bet", missed(BET, looks, world.rho, lift), alpha=ALPHA)
        normal = rejections(difference(NORMAL, looks, world.rho, gain), ALPHA)
        yield Row(f"{of}, difference by asymptotic_cs", normal, alpha=ALPHA)


FIGURES = (
    Figure(
        "Claims at their border",
        "2,000 units a day, ramp, drift, season, matured units, ten looks a day, alpha 0.05.",
        margins,
    ),
    Figure(
        "Intervals under ramp and drift",
        "10,000 units a day, ramp 5, 20, 50 %; the true difference is 0.01.",
        ramp_and_drift,
    ),
    Figure(
        "Intervals that miss the truth at any look",
        "Rate 0.1, MDE 10 %, matured units, a look a day.",
        coverage,
    ),
)
