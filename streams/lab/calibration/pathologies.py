"""Streams that break the assumptions people make: heavy tails, rare events, bots, crossers, arms that are dead."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from stats.arrays import Array, Mask
from stats.multiplicity import closed
from stats.sequential import msprt
from stats.sequential.base import Design, Effect, Totals
from stats.sequential.multinomial import srm
from streams.lab.calibration import amounts
from streams.lab.calibration.figure import ALPHA, Figure, Row, Setting
from streams.lab.calibration.harness import Rate, path, rejections
from streams.lab.calibration.journeys import simulate, yes_no
from streams.lab.calibration.methods import chosen, difference, one_sided
from streams.lab.calibration.units import Cells, draw
from streams.lab.calibration.world import World

WORLD = World(units_per_day=2_000, slots=28)
BET = chosen("label_bet", Design(Effect(0.1, relative=True), 0.1))
AMOUNTS = {
    "lognormal, sigma 2": (amounts.lognormal, 60.0),
    "Pareto 1.5": (amounts.pareto, 30.0),
    "bots": (amounts.bots, 20.0),
}
SHARES = 0.5, 0.9
HALF = np.log(2 / ALPHA)  # of a two-sided bet: declares a direction
CONCENTRATION, SRM_ALPHA = 1_000, 0.001
CROSSING = 0.02  # of the units, after a day on average


def heavy(setting: Setting) -> Iterator[Row]:
    """Capped amounts, behind the gate; and what happens without either."""
    runs = setting.runs(2_000)
    for (name, (law, cap)), rho in ((item, rho) for item in AMOUNTS.items() for rho in SHARES):
        design = Design(Effect(0.2), 1.0, cap=cap, scale=amounts.SCALE)
        looks = list(amounts.looks(law, cap, rho, runs, setting.rng("heavy", name, str(rho))))
        for test in ("asymptotic_cs", "bounded_bet"):
            found = rejections(difference(chosen(test, design, "amount"), looks, (rho,)), ALPHA)
            yield Row(f"{name}, {rho:g} treated, {test}", found, alpha=ALPHA)
    uncapped = amounts.looks(amounts.lognormal, 1e6, 0.9, runs, setting.rng("ungated"))
    found = rejections(path(map(_ungated, uncapped)), ALPHA)
    yield Row("lognormal, 0.9 treated, no cap and no gate", found, ".37", ALPHA, right=False)


def _ungated(cells: Totals) -> Array:
    n, total, squares = (np.asarray(cells[name], np.float64)[:, 0] for name in ("n", "sum", "squares"))
    mean, variance = total / n, squares / n - (total / n) ** 2
    difference_, noise = np.diff(mean, axis=-1)[:, 0], (variance / n).sum(axis=-1)
    return np.nan_to_num(msprt.log_e(difference_, noise, (0.5 * amounts.SCALE) ** 2))


def rare(setting: Setting) -> Iterator[Row]:
    """Rates near nothing, in the worst world."""
    runs = setting.runs(5_000)
    for rate, mde in ((0.001, 0.5), (0.0001, 1.0)):
        test = chosen("label_bet", Design(Effect(mde, relative=True), rate))
        journeys = simulate(replace(WORLD, rate=rate), runs, setting.rng("rare", str(rate)))
        for reading in ("early", "matured"):
            found = rejections(difference(test, journeys.totals(reading), WORLD.rho), ALPHA)
            yield Row(f"rate {rate:g}, {reading}", found, alpha=ALPHA)


def crossers(setting: Setting) -> Iterator[Row]:
    """Units that are seen in both arms leave all counts when that happens."""
    runs, rng = setting.runs(1_000), setting.rng("crossers")
    world = replace(WORLD, units_per_day=400)
    units = draw(world, runs, rng)
    gone = np.where(
        rng.random(units.entry.shape) < CROSSING, units.entry + rng.exponential(1, units.entry.shape), np.inf
    )
    for reading, known in (("early", units.known), ("matured", units.entry + world.window)):
        looks = (_counted(units.cell, (known <= day) & (gone > day), len(world.rho)) for day in world.times)
        found = rejections(difference(BET, looks, world.rho), ALPHA)
        yield Row(f"2 % cross and leave, {reading}", found, alpha=ALPHA)


def _counted(cell: Cells, here: Mask, phases: int) -> Totals:
    """Totals of the units that are here."""
    runs, kinds = len(cell), 4 * phases
    place = (np.arange(runs)[:, None] * kinds + cell)[here]
    cells = np.bincount(place, minlength=runs * kinds).reshape(runs, phases, 2, 2)[..., ::-1]
    return yes_no(cells.sum(axis=2), cells[:, :, 0])


def dead(setting: Setting) -> Iterator[Row]:
    """An arm that nobody converts in, and an arm that nobody enters."""
    runs = setting.runs(2_000)
    yield from _converted_by_nobody(runs, setting.rng("zero"))
    yield from _entered_by_nobody(runs, setting.rng("dead"))


def _converted_by_nobody(runs: int, rng: np.random.Generator) -> Iterator[Row]:
    world = replace(WORLD, effect=Effect(1e-9 - 1, relative=True))
    looks = list(simulate(world, runs, rng).totals("matured"))
    worse, better = (Rate.of((one_sided(BET, looks, world.rho, side) >= HALF).any(axis=0)) for side in (-1, 1))
    yield Row("nobody converts in treatment: found worse", worse, "1", ALPHA, right=False)
    yield Row("nobody converts in treatment: found better", better, "0", ALPHA)


def _entered_by_nobody(runs: int, rng: np.random.Generator) -> Iterator[Row]:
    journeys = simulate(replace(WORLD, ramp=((0.0, 0.5),)), runs, rng)
    three = np.concatenate([journeys.entered, np.zeros_like(journeys.entered[..., :1])], axis=-1)
    alarmed = rejections(srm(three, [[1 / 3] * 3], CONCENTRATION), SRM_ALPHA)
    yield Row("nobody enters the third arm: sample ratio alarm", alarmed, "1", SRM_ALPHA, right=False)
    alive = difference(BET, journeys.totals("matured"), (0.5,))
    family = closed(np.stack([alive, np.zeros_like(alive)], axis=-1))[..., 0]
    yield Row("nobody enters the third arm: the second is found", rejections(family, ALPHA), alpha=ALPHA)


FIGURES = (
    Figure("Heavy tails", "6,000 units, looks at every 240; amounts capped.", heavy),
    Figure("Rare events", "2,000 units a day, ramp, drift, season.", rare),
    Figure("Crossers", "12,000 units, ramp, drift, season; looks at 1 % of the span.", crossers),
    Figure("Dead arms", "2,000 units a day.", dead),
)
