"""Traps of what is counted and estimated: pooling, repeats, and ratios of small counts."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stats.arrays import Mask
from stats.sequential import msprt
from stats.sequential.base import Design, Effect, Totals
from streams.lab.calibration.harness import rejections
from streams.lab.calibration.journeys import simulate, yes_no
from streams.lab.calibration.methods import chosen, difference
from streams.lab.calibration.pair import ALPHA, Pair
from streams.lab.calibration.world import Counts, World

EVEN = (0.5,)


def pooled(runs: int, rng: np.random.Generator) -> Pair:
    """Control has more of the early units, which convert at other rates."""
    world = World(slots=28, units_per_day=10_000, ramp=((0.0, 0.05), (7.0, 0.2), (14.0, 0.5)))
    test = chosen("asymptotic_cs", Design(Effect(0.2, relative=True), 0.1))
    looks = list(simulate(world, runs, rng).totals("matured"))
    wrong, right = difference(test, map(over_phases, looks), EVEN), difference(test, looks, world.rho)
    return Pair(rejections(wrong, ALPHA), rejections(right, ALPHA))


def over_phases(look: Totals) -> Totals:
    """As if units of all phases could be compared."""
    return {name: cells.sum(axis=1, keepdims=True) for name, cells in look.items()}


def repeats(runs: int, rng: np.random.Generator) -> Pair:
    """A converter has five events on average: five bets on one label."""
    test = chosen("label_bet", Design(Effect(0.2, relative=True), 0.1))
    arms = rng.random((runs, 1_000)) < 0.5
    events = rng.geometric(0.2, arms.shape)
    wrong, right = (difference(test, map(yes_no, *2 * [_by_arm(arms, count)]), EVEN) for count in (events, events > 0))
    return Pair(rejections(wrong, ALPHA), rejections(right, ALPHA))


def _by_arm(arms: Mask, count: NDArray[Any]) -> Counts:
    """(looks, runs, 1, 2) after every tenth converter."""
    sums = np.stack([np.cumsum(count * ~arms, axis=1), np.cumsum(count * arms, axis=1)], axis=-1)
    return np.moveaxis(sums[:, 9::10, None], 0, 1)


def relative(runs: int, rng: np.random.Generator) -> Pair:
    """A ratio of two small counts is skewed: its interval misses the truth long before a hundred conversions."""
    world = World(rate=0.01, units_per_day=1_000, ramp=((0.0, 0.5),), drift=1, weekly=0)
    journeys = simulate(world, runs, rng)
    test = chosen("label_bet", Design(Effect(0.5, relative=True), 0.01))
    right = difference(test, journeys.totals("matured"), EVEN, Effect(0.0, relative=True))
    n, converted = journeys.matured.sum(axis=2), journeys.matured_converted.sum(axis=2)
    known = converted.min(axis=-1) > 0
    rates = np.where(known[..., None], converted, 1) / np.maximum(n, 1)
    ratio = rates[..., 1] / rates[..., 0]
    variance = ratio**2 * ((1 - rates) / np.maximum(converted, 1)).sum(axis=-1)
    wrong = np.where(known, msprt.log_e(ratio - 1, variance, 0.5**2), 0)
    return Pair(rejections(wrong, ALPHA), rejections(right, ALPHA))
