"""The simulated world is the one it claims to be: cells drawn at once agree with units followed one by one."""

from dataclasses import replace

import numpy as np
import pytest

from stats.sequential.base import Effect
from streams.lab.calibration.journeys import simulate
from streams.lab.calibration.units import draw
from streams.lab.calibration.world import World

WORLD = World(units_per_day=100, slots=56, effect=Effect(0.2, relative=True), quick=0.5)
RUNS = 400


def test_a_conversion_comes_within_the_window():
    assert WORLD.delays().sum(axis=-1) == pytest.approx(1)
    assert WORLD.delays().min() > 0


def test_quick_units_convert_sooner():
    lags = np.arange(WORLD.lags + 1)
    control, treatment = (WORLD.delays() @ lags).T
    assert (treatment < control).all()


@pytest.mark.parametrize("day", [10, 21, 28])
def test_cells_are_those_of_units_followed_one_by_one(day):
    journeys, units = simulate(WORLD, RUNS, np.random.default_rng(1)), draw(WORLD, RUNS, np.random.default_rng(2))
    cells = np.bincount(units.cell[units.known <= day], minlength=8).reshape(2, 2, 2)[..., ::-1]
    slot = round(day / WORLD.slot) - 1
    now, expired = journeys.converted_now[slot].sum(axis=0), journeys.expired[slot].sum(axis=0)
    spread = 4 * np.sqrt(cells + 1)
    assert (np.abs(now - cells[:, 0]) <= spread[:, 0]).all()
    assert (np.abs(expired - cells[:, 1]) <= spread[:, 1]).all()


def test_every_unit_that_entered_long_enough_ago_has_matured():
    journeys = simulate(WORLD, 3, np.random.default_rng(3))
    assert (journeys.matured[WORLD.lags :] == journeys.entered[: -WORLD.lags]).all()
    assert (journeys.expired + journeys.matured_converted == journeys.matured).all()
    assert (journeys.converted_now >= journeys.matured_converted).all()


def test_looks_are_chosen_among_the_ends_of_slots():
    journeys = simulate(WORLD, 2, np.random.default_rng(4))
    first, last = journeys.totals("matured", np.array([20, 55]))
    assert (first["n"] == journeys.matured[20]).all()
    assert (last["converted"] == journeys.matured_converted[-1]).all()


def test_the_early_reading_counts_who_has_converted_or_run_out_of_time_and_nobody_else():
    journeys = simulate(WORLD, 2, np.random.default_rng(5))
    (early,) = journeys.totals("early", np.array([20]))
    assert (early["converted"] == journeys.converted_now[20]).all()
    assert (early["n"] - early["converted"] == journeys.expired[20]).all()
    assert (early["n"] < journeys.entered[20]).all()


def test_units_of_a_busy_start_all_enter_in_it():
    entries = replace(WORLD, busy=0.25).entries
    assert (entries[:14].sum(), entries[14:].sum()) == (2_800, 0)


@pytest.mark.parametrize(
    ("changed", "named"),
    [({"window": 7.1}, "window"), ({"window": 28.0}, "window"), ({"rate": 0.9}, "rate"), ({"rate": 0.0}, "rate")],
)
def test_an_impossible_world_is_refused_by_name(changed, named):
    with pytest.raises(ValueError, match=f"^{named}"):
        replace(WORLD, **changed)
