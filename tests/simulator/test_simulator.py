"""However often everything crashes, it ends as if nothing had; and whoever breaks a promise is found out."""

import pytest

from tests.simulator.checks import complaints
from tests.simulator.crowd import crowd
from tests.simulator.plants import plants
from tests.simulator.run import Run
from tests.simulator.trial import CRASHES, most_stops, trial
from tests.simulator.world import world

SEEDS = range(2026, 2032)
SCHEDULES = range(5)
ENOUGH = 20  # schedules in which a defect must show


@pytest.fixture(scope="module")
def here():
    events = crowd(1)
    return events, world(events)


@pytest.fixture(scope="module")
def clean(here):
    return Run(here[1])


@pytest.mark.parametrize("seed", SEEDS)
def test_crashes_change_nothing(seed):
    assert trial(seed, SCHEDULES).complaints == []


def test_no_more_a_a_experiments_are_stopped_than_alpha_allows():
    found = [trial(seed, []) for seed in range(10)]  # crashes change no verdict, see above
    assert sum(one.stops for one in found) <= most_stops(len(found))


@pytest.mark.parametrize("defect", plants)
def test_a_planted_defect_is_noticed(here, clean, defect):
    events, world_ = here
    with plants[defect]():
        runs = (Run(world_, CRASHES, f"planted/{schedule}") for schedule in range(ENOUGH))
        noticed = any(complaints(run, clean, events) for run in runs)
    assert noticed


def test_a_schedule_is_played_again_by_its_name(here):
    runs = [Run(here[1], CRASHES, "again") for _ in range(2)]
    assert runs[0].told == runs[1].told
    assert runs[0].broker.counts == runs[1].broker.counts
    assert runs[0].broker.decisions == runs[1].broker.decisions


def test_what_notices_defects_has_no_complaint_where_there_is_none(here, clean):
    events, world_ = here
    run = Run(world_, CRASHES, "planted/0")
    assert complaints(run, clean, events) == []
    assert run.told["crashes"] == CRASHES
