"""The guarantee of the whole system: A/A experiments as streams of events, through `replay`, looked at all the time."""

from functools import cache

import pytest
from scipy.stats import binom

from streams.lab.replay import replay
from tests.calibration.event_streams import (
    NOW,
    UNITS,
    burst,
    crossers,
    duplicates,
    ramp_with_drift,
    slow_control,
    undeclared_ramp,
    world,
    write,
)

STREAMS = 200
ALPHA = 0.05
MOST = binom.ppf(0.999, STREAMS, ALPHA)
LOOK_EVERY = 1800

SCENARIOS = [world, slow_control, burst, ramp_with_drift, crossers, duplicates]
every_scenario = pytest.mark.parametrize(
    "scenario", [pytest.param(one, marks=pytest.mark.xdist_group(one.__name__)) for one in SCENARIOS]
)


@pytest.fixture(scope="module")
def replayed(tmp_path_factory):
    """The experiments of a scenario, each replayed once."""

    @cache
    def experiments(scenario):
        folder = tmp_path_factory.mktemp(scenario.__name__)
        definitions, events = write(folder, scenario, STREAMS, seed=20261122)
        return list(replay(definitions, [events], folder, LOOK_EVERY, now=NOW)["experiments"].values())

    return experiments


@pytest.fixture
def experiments(replayed, scenario):
    return replayed(scenario)


def contrasts(experiments):
    return [one["metrics"]["bought"]["treated"] for one in experiments]


def rejected(experiments):
    return [one["vs_control"]["p_always_valid"] <= ALPHA for one in contrasts(experiments)]


@every_scenario
def test_no_more_experiments_are_declared_different_than_alpha_allows(experiments):
    assert len(experiments) == STREAMS
    assert sum(rejected(experiments)) <= MOST


@every_scenario
def test_no_experiment_is_stopped_for_a_difference_that_the_matured_reading_does_not_show(experiments):
    stopped = [one["verdict"] in ("stop_success", "stop_harm") for one in experiments]
    assert sum(stopped) <= MOST
    assert not any(stops and not shown for stops, shown in zip(stopped, rejected(experiments), strict=True))


@every_scenario
def test_the_early_reading_keeps_its_level_unless_the_arms_differ_in_speed(experiments, scenario):
    warned = sum(one["early"]["p_always_valid"] <= ALPHA for one in contrasts(experiments))
    assert (warned > STREAMS / 2) if scenario is slow_control else (warned <= MOST)


@every_scenario
def test_every_unit_is_counted_and_matures(experiments, scenario):
    left = 0.02 if scenario is crossers else 0
    for one in experiments:
        arms = one["metrics"]["bought"].values()
        assert sum(arm["units"] for arm in arms) + one["excluded"]["multi_variant"] == UNITS
        assert [arm["matured"] for arm in arms] == [arm["units"] for arm in arms]
    assert sum(one["excluded"]["multi_variant"] for one in experiments) == pytest.approx(
        left * UNITS * STREAMS, rel=0.1
    )


@pytest.mark.xdist_group("undeclared_ramp")
def test_a_ramp_that_nobody_declared_fails_this_check(replayed):
    experiments = replayed(undeclared_ramp)
    assert sum(rejected(experiments)) == STREAMS
    assert sum(one["verdict"] == "invalid_srm" for one in experiments) > STREAMS / 3  # 300 units are few for that test
