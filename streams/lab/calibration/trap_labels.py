"""Traps of the label bet: which units it is given, when, and with what probability of treatment."""

import numpy as np

from stats.arrays import Array
from stats.fixed_sample import two_proportion_z
from stats.sequential.base import Design, Effect
from streams.lab.calibration.harness import Rate, rejections
from streams.lab.calibration.journeys import Journeys, simulate, yes_no
from streams.lab.calibration.methods import chosen, difference
from streams.lab.calibration.pair import ALPHA, Pair
from streams.lab.calibration.units import bets
from streams.lab.calibration.world import World

BET = chosen("label_bet", Design(Effect(0.2, relative=True), 0.1))
EVEN = (0.5,)
STEEP = ((0.0, 0.05), (7.0, 0.2), (14.0, 0.5))
BURSTS, BURST, RATE, MDE = 5, 400, 0.8, 0.3  # of units; of who converts


def bursts(runs: int, rng: np.random.Generator) -> Pair:
    """Units enter in bursts; their conversions are in before the next. The bet on all exposed takes losses back."""
    arms = (rng.random((runs, BURSTS, BURST)) < 0.5).astype(np.intp)  # 0: treated
    ones = int(RATE * BURST)
    wrong = right = np.zeros(1)
    for weight, factor in bets(EVEN, MDE, 0.5):
        logs = np.log(factor)
        exposed, lost = logs[arms + 2], logs[arms[..., ones:] + 2]
        flips = logs[arms[..., :ones]] - exposed[..., :ones]
        wrong = wrong + weight * np.exp(_steps(exposed, flips))
        right = right + weight * np.exp(_steps(logs[arms[..., :ones]], lost))
    return Pair(*(Rate.of(path.max(axis=1) >= 1 / ALPHA) for path in (wrong, right)))


def _steps(*parts: Array) -> Array:
    """Sums after every event; of every burst first the one part, then the other."""
    steps = np.concatenate(parts, axis=-1)
    return np.cumsum(steps.reshape(len(steps), -1), axis=1)


def current_rates(runs: int, rng: np.random.Generator) -> Pair:
    """A sample size was kept, and its rates are compared every day until the conversions are in."""
    world = World(ramp=((0.0, 0.5),), drift=1, weekly=0, days=14, slots=14, busy=1 / 14, delay=(3, 3))
    journeys = simulate(world, runs, rng)
    _, p = two_proportion_z(journeys.entered.sum(axis=2), journeys.converted_now.sum(axis=2))
    return Pair(Rate.of((p < ALPHA).any(axis=0)), _bet(world, journeys, "early"))


def allocation(runs: int, rng: np.random.Generator) -> Pair:
    """Who was exposed when few were treated converts when many are."""
    world = World(ramp=STEEP, slots=28, units_per_day=2_000)
    journeys = simulate(world, runs, rng)
    now = zip(journeys.totals("early"), world.shares, strict=True)
    wrong = np.concatenate([difference(BET, [cells], len(STEEP) * (share,)) for cells, share in now])
    return Pair(rejections(wrong, ALPHA), _bet(world, journeys, "early"))


def sorted_batch(runs: int, rng: np.random.Generator) -> Pair:
    """The look when all of the treated units of a batch are in, and none of control."""
    n = np.full((runs, 1, 2), 1_000)
    converted = rng.binomial(n, 0.1)
    treated = np.array([0, 1])
    half, whole = yes_no(treated * n, treated * converted), yes_no(n, converted)
    wrong, right = (rejections(difference(BET, looks, EVEN), ALPHA) for looks in ([half, whole], [whole]))
    return Pair(wrong, right)


def faster(runs: int, rng: np.random.Generator) -> Pair:
    """Converts twice as fast, to the same final rate: a true difference, but not of rates."""
    world = World(ramp=((0.0, 0.5),), slots=28, units_per_day=2_000, delay=(3, 3), quick=0.5)
    journeys = simulate(world, runs, rng)
    return Pair(_bet(world, journeys, "early"), _bet(world, journeys, "matured"))


def _bet(world: World, journeys: Journeys, reading: str) -> Rate:
    return rejections(difference(BET, journeys.totals(reading), world.rho), ALPHA)
