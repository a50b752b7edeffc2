"""False alarms of every method where nothing happens, in a world that does its worst: drift, season, delay and ramp."""

from collections.abc import Iterator
from dataclasses import replace
from math import log

import numpy as np

from stats.arrays import Array, Mask
from stats.boundaries.group_sequential import crossing_probability
from stats.sequential.base import Design, Effect, Horizon
from streams.lab.calibration.figure import ALPHA, Figure, Row, Setting, chunks
from streams.lab.calibration.harness import Rate, rejections
from streams.lab.calibration.journeys import simulate
from streams.lab.calibration.methods import chosen, difference, one_sided
from streams.lab.calibration.units import Units, draw, in_order, wealth
from streams.lab.calibration.world import World

WORLD = World(days=30.0, slots=300, units_per_day=400.0)
MDE = 0.2
SCHEDULES = {"every event": 0.0, "every 1 % of the span": 0.01, "every 5 %": 0.05}
GIVEN = {
    (0.1, "early"): (".0232", ".0192", ".0144"),
    (0.1, "matured"): (".0176", "", ""),
    (0.02, "early"): (".0044", "", ""),
}
NAIVE = {2: ".083", 3: ".107", 4: ".126", 5: ".142", 10: ".193", 20: ".248", 50: ".320"}
DESIGN = Design(Effect(MDE, relative=True), 0.1, horizon=Horizon(0.1 * 12_000 * 23 / 30))
METHODS = (
    ("label_bet", "early"),
    ("label_bet", "matured"),
    ("asymptotic_cs", "matured"),
    ("sprt", "matured"),
    ("sprt_early", "early"),
    ("multinomial", "early"),
    ("normal_mixture", "early"),
    ("group_sequential", "matured"),
)
LEVELS = 0.05, 0.01, 0.001


def every_event(setting: Setting) -> Iterator[Row]:
    """The bet with one centre, at the true rate."""
    for (rate, reading), given in GIVEN.items():
        world, rng = replace(WORLD, rate=rate), setting.rng("events", str(rate), reading)
        reached = [_reached(world, draw(world, n, rng), reading) for n in chunks(setting.runs(5_000))]
        for number, looks in enumerate(SCHEDULES):
            found = Rate.of(np.concatenate([masks[number] for masks in reached]))
            yield Row(f"rate {rate:g}, {reading}, looks at {looks}", found, given[number], ALPHA)


def _reached(world: World, units: Units, reading: str) -> list[Mask]:
    """Whether each run ever rejects, by schedule of looks."""
    times, cells = in_order(units, units.known if reading == "early" else units.entry + world.window)
    evidence = np.log(wealth(cells, world.rho, MDE, world.rate))
    evidence = np.where(times <= world.days, evidence, -np.inf)
    paths = (_seen(evidence, times, world.days * step) for step in SCHEDULES.values())
    return [np.asarray(np.any(path >= -log(ALPHA), axis=1)) for path in paths]


def _seen(evidence: Array, times: Array, step: float) -> Array:
    """Of each stretch between looks, only what its last event left."""
    if not step:
        return evidence
    stretch = np.ceil(times / step)
    last = np.diff(stretch, axis=1, append=np.inf) > 0
    return np.where(last, evidence, -np.inf)


def methods(setting: Setting) -> Iterator[Row]:
    """Every registered test of yes-or-no metrics, and levels besides 5 %."""
    world = replace(WORLD, slots=60)
    journeys = simulate(world, setting.runs(20_000), setting.rng("methods"))
    for name, reading in METHODS:
        test, looks = chosen(name, DESIGN), journeys.totals(reading)
        path = difference(test, looks, world.rho) if test.two_sided else one_sided(test, looks, world.rho, 1)
        for alpha in LEVELS if test.exact else LEVELS[:1]:
            yield Row(f"{name}, {reading}, alpha {alpha:g}", rejections(path, alpha), alpha=alpha)


def naive(_setting: Setting) -> Iterator[Row]:
    """The usual test at 5 %, looked at K times: no simulation, the exact recursion."""
    for looks, given in NAIVE.items():
        share = crossing_probability(np.arange(1, looks + 1) / looks, 1.96, 2)[-1]
        yield Row(f"{looks} looks", f"{share:.4f}", given)


FIGURES = (
    Figure(
        "One centre, a look at every event", "12,000 units in 30 days, drift x1.5, season, delay 1 to 3 d.", every_event
    ),
    Figure("False alarms of every method", "The same world, two looks a day.", methods),
    Figure("The usual z test, looked at K times", "Exact.", naive),
)
