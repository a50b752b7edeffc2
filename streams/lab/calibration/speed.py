"""How soon a true effect is found, against the day on which a fixed sample would be ready."""

from collections.abc import Iterator

import numpy as np

from stats.arrays import Array
from stats.planning import fixed
from stats.sequential.base import Design, Effect, Totals
from streams.lab.calibration.figure import ALPHA, Figure, Row, Setting
from streams.lab.calibration.harness import Rate, first, path, rejections
from streams.lab.calibration.journeys import Journeys, simulate
from streams.lab.calibration.methods import chosen, difference, one_sided
from streams.lab.calibration.units import bets
from streams.lab.calibration.world import World

EVERY = slice(2, None, 3)  # slots: looks at 1 % of the span
CASES = {
    (0.1, 0.1): {"early": "15.9 / 16.35 / 17.1", "matured": "20.4 / 21.0 / 21.9", "asymptotic_cs": "21.9"},
    (0.4, 0.05): {"early": "13.2 / 13.8 / 14.7", "matured": "17.1 / 17.4 / 18.0", "asymptotic_cs": "16.7"},
    (0.02, 0.2): {"early": "19.5 / 19.65 / 21.9", "matured": "24.3 / 26.4 / 28.2", "asymptotic_cs": ""},
}
FIXED = {0.1: "21.75", 0.4: "16.5", 0.02: ""}
BETA = 0.2
DRIFTS = 1.0, 1.25


def world_of(rate: float, effect: Effect, drift: float = 1.0) -> World:
    """2,000 units a day, half of them treated from the first day."""
    return World(
        rate=rate, effect=effect, units_per_day=2_000, days=30, slots=300, ramp=((0.0, 0.5),), drift=drift, weekly=0
    )


def stops(setting: Setting) -> Iterator[Row]:
    """Median day of stopping: centre known, baseline declared, no baseline."""
    for (rate, lift), given in CASES.items():
        of = f"{rate:g} to {rate * (1 + lift):.3g}"
        for drift in DRIFTS:
            world = world_of(rate, Effect(lift, relative=True), drift)
            journeys = simulate(world, setting.runs(1_000), setting.rng("stops", str(rate), str(drift)))
            for method, found in _stops(world, journeys):
                yield Row(f"{of}, {method}, drift x{drift:g}", found, given[method])
        yield Row(f"{of}, fixed sample, power 80 %", f"{_fixed_days(world):.2f}", FIXED[rate])


def _stops(world: World, journeys: Journeys) -> Iterator[tuple[str, str]]:
    effect, rate = world.effect, world.rate
    for reading in ("early", "matured"):
        paths = (
            _known(journeys, reading, effect.size, rate),
            *(
                difference(chosen("label_bet", Design(effect, baseline)), journeys.totals(reading, EVERY), world.rho)
                for baseline in (rate, None)
            ),
        )
        yield reading, " / ".join(_median(world, evidence) for evidence in paths)
    test = chosen("asymptotic_cs", Design(effect, rate))
    yield "asymptotic_cs", _median(world, difference(test, journeys.totals("matured", EVERY), world.rho))


def _known(journeys: Journeys, reading: str, mde: float, centre: float) -> Array:
    """(looks, runs) evidence of the bet with one centre."""
    weights, factors = zip(*bets((0.5,), mde, centre), strict=True)
    return path(_log_wealth(cells, np.array(weights), np.log(factors)) for cells in journeys.totals(reading, EVERY))


def _log_wealth(cells: Totals, weights: Array, growth: Array) -> Array:
    n, ones = (np.asarray(cells[name], np.float64)[:, 0, ::-1] for name in ("n", "converted"))
    return np.asarray(np.log(np.exp(np.concatenate([ones, n - ones], axis=-1) @ growth.T) @ weights))


def _median(world: World, evidence: Array) -> str:
    """Day by which half of the runs have stopped."""
    looks = np.append(world.times[EVERY], np.inf)
    median = np.median(looks[first(evidence >= -np.log(ALPHA))])
    return f"{median:.4g}" if np.isfinite(median) else "never"


def _fixed_days(world: World) -> float:
    treated = world.rate * (1 + world.effect.size)
    units = fixed.units(treated - world.rate, fixed.noise_of_rates(world.rate, treated, 0.5), ALPHA, BETA)
    return units / world.units_per_day + world.window


def races(setting: Setting) -> Iterator[Row]:
    """The SPRT as a pair of bets: it also accepts the null."""
    effect, world = Effect(0.1, relative=True), World(units_per_day=2_000, days=30, slots=300)
    test, journeys = chosen("sprt", Design(effect, 0.1)), simulate(world, setting.runs(1_000), setting.rng("races"))
    better = one_sided(test, journeys.totals("matured", EVERY), world.rho, 1)
    accepts = one_sided(test, journeys.totals("matured", EVERY), world.rho, -1, effect) + np.log(BETA) - np.log(ALPHA)
    yield Row("declares an improvement", rejections(better, ALPHA), ".053 [.033, .085]", ALPHA)
    yield Row("median day of accepting that there is none", _median(world, accepts), "16.6")
    early, rho = chosen("sprt_early", Design(effect, 0.1)), world.rho
    sides = [one_sided(early, journeys.totals("early", EVERY), rho, side) for side in (1, -1)]
    rejects = Rate.of((np.maximum(*sides) >= np.log(2 / ALPHA)).any(axis=0))
    lowest = np.maximum(*(np.minimum.accumulate(side, axis=0) for side in sides))
    yield Row("early form, declares a difference", rejects, alpha=ALPHA)
    yield Row("early form, median day of accepting", _median(world, -lowest + np.log(BETA) - np.log(ALPHA)))
    mixture = difference(chosen("label_bet", Design(effect, 0.1)), journeys.totals("matured", EVERY), world.rho)
    yield Row("label_bet, median day of deciding", _median(world, mixture), "never")


FIGURES = (
    Figure(
        "Median day of stopping",
        "2,000 units a day, half treated, delay 1 to 3 d, window 7 d; looks at 1 % of 30 days. Of the bet, early and "
        "matured: centre known / baseline declared / no baseline.",
        stops,
    ),
    Figure(
        "A race that can end",
        "MDE 10 %, baseline 0.1, alpha 0.05, beta 0.2; ramp 10 % to 50 % on day 7; nothing happens.",
        races,
    ),
)
