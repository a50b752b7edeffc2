"""What the pipeline object says of each log: every record has one outcome, whoever read it before."""

from collections import Counter

import pytest

from streams.core.events import Record
from streams.core.topology import CONVERSIONS, EXPOSURES
from streams.settings import Settings
from streams.worker.clock import MARGIN_MS, IdleClock
from streams.worker.pipeline import pipeline
from streams.worker.readings import Readings
from tests.worker.rig import START, exposure
from tests.worker.samples import CATALOGUE, exposed, take

NOW = START + 60_000
NONE_READ = {"accepted": 0, "late": 0, "watermarks": 0, "rejected": {}}


@pytest.fixture
def readings():
    readings = Readings(CATALOGUE, b"")
    readings.assign([0, 1])
    return readings


def told(readings, **settings):
    return pipeline(readings, IdleClock(Settings(**settings), readings, now=lambda: NOW), {0: NOW, 1: None})


def mixed():
    """Accepted, late, rejected twice for two reasons."""
    values = exposure("one", "slow", "a", START - 5_000)[3], b"{", exposure("x", "u", "a", 0)[3]
    return [*exposed(0), *(Record(offset, START, value) for offset, value in enumerate(values, 1))]


def test_every_offset_below_the_state_has_an_outcome(readings):
    take(readings[1], mixed())
    sources = told(readings)["partitions"]["1"]["sources"]
    outcomes = {"accepted": 1, "late": 1, "rejected": {"malformed": 1, "unknown_experiment": 1}}
    assert sources == {
        EXPOSURES: {"consumed": 4, **NONE_READ, **outcomes, "unexplained": 0},
        CONVERSIONS: {"consumed": 0, **NONE_READ, "unexplained": 0},
    }


def test_a_record_that_got_lost_on_its_way_is_unexplained(readings):
    take(readings[0], mixed())
    readings[0].attribution.offsets["exposures"] += 1
    assert told(readings)["partitions"]["0"]["sources"][EXPOSURES]["unexplained"] == 1


def test_events_are_those_that_came_after_the_state_was_rebuilt(readings):
    readings[0].targets = {"exposures": 3, "conversions": 0}
    take(readings[0], exposed(0, 3))
    assert told(readings)["events"] == {EXPOSURES: NONE_READ, CONVERSIONS: NONE_READ}
    take(readings[0], [*exposed(3, 2), Record(5, START, b"{")])
    assert told(readings)["events"][EXPOSURES] == {**NONE_READ, "accepted": 2, "rejected": {"malformed": 1}}


def test_events_never_fall_when_a_partition_goes(readings):
    readings[0].targets = {"exposures": 0, "conversions": 0}
    take(readings[0], exposed(0, 3))
    readings.assign([1])
    found = told(readings)
    assert (found["events"][EXPOSURES]["accepted"], found["accepted"]) == (3, 0)


def test_lag_is_the_age_of_what_the_state_has_reached(readings):
    readings[0].attribution.advance(NOW - MARGIN_MS - 1_500)
    lag = {p: place["lag_seconds"] for p, place in told(readings)["partitions"].items()}
    assert lag == {"0": 1.5, "1": None}


def test_of_historic_records_there_is_no_lag_in_seconds(readings):
    readings[0].attribution.advance(START)
    assert told(readings, idle_clock="record")["partitions"]["0"]["lag_seconds"] is None


def test_totals_are_of_all_partitions(readings):
    take(readings[0], mixed())
    take(readings[1], mixed())
    found = told(readings)
    assert Counter(found["rejected"]) == {"malformed": 2, "unknown_experiment": 2}
    assert (found["read"], found["accepted"], found["late"]) == (8, 2, 2)


def test_it_tells_where_each_state_began_and_how_far_its_snapshots_reach(readings):
    found = told(readings)["partitions"]
    assert [one["snapshot"] for one in found.values()] == ["2023-11-14T22:14:20.000Z", None]
    assert found["0"]["restored"] == {EXPOSURES: 0, CONVERSIONS: 0}
