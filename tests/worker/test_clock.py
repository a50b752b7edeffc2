"""When a partition's clock goes on without records (contracts.md, rule 9)."""

import pytest
from aiokafka.errors import KafkaConnectionError

from streams.core.events import Record
from streams.core.look import Recency
from streams.settings import Settings
from streams.worker.clock import MARGIN_MS, IdleClock, recency
from streams.worker.readings import Readings
from tests.worker.rig import START, exposure
from tests.worker.samples import CATALOGUE, Broker, take

NOW = START + 1_000_000


@pytest.fixture
def readings():
    readings = Readings(CATALOGUE, b"")
    readings.assign([0, 1])
    return readings


def read(readings, partition, offset):
    take(readings[partition], [Record(offset, START, exposure("one", f"u{offset}", "a", START)[3])])


def clocks(readings):
    return [reading.attribution.clock for reading in readings.values()]


def ends(first, second):
    return Broker(ends={("peekproof.exposures", 0): first, ("peekproof.exposures", 1): second})


def clock_of(readings, **settings):
    return IdleClock(Settings(**settings), readings, now=lambda: NOW)


async def test_what_is_read_to_the_end_follows_the_wall_clock(readings):
    read(readings, 0, 0)
    await clock_of(readings).tick(ends(1, 1))
    assert clocks(readings) == [NOW - MARGIN_MS, 0]


async def test_the_wall_counts_from_the_question_not_from_the_answer(readings):
    broker, asked = ends(0, 0), []
    answer = broker.highwaters

    async def late(*places):
        asked.append("answered")
        return await answer(*places)

    broker.highwaters = late
    await IdleClock(Settings(), readings, now=lambda: NOW + 60_000 * len(asked)).tick(broker)
    assert clocks(readings) == [NOW - MARGIN_MS] * 2


async def test_a_log_read_to_its_end_does_not_hold_back_the_clock_of_the_other(readings):
    """Of two logs that get records at very different rates, the quiet one is at its end; the busy one never is."""
    read(readings, 0, 0)
    await clock_of(readings).tick(ends(5, 5))
    assert clocks(readings) == [START, 0]


async def test_the_clock_is_frozen_while_the_broker_does_not_answer(readings):
    async def fail(*_):
        raise KafkaConnectionError

    broker = ends(0, 0)
    broker.highwaters = fail
    await clock_of(readings).tick(broker)
    assert clocks(readings) == [0, 0]


async def test_record_time_waits_for_records(readings):
    await clock_of(readings, idle_clock="record").tick(ends(0, 0))
    assert clocks(readings) == [0, 0]


async def test_until_comes_when_what_was_there_at_first_is_read(readings):
    clock = clock_of(readings, idle_clock="record", until=START + 7)
    read(readings, 0, 0)
    await clock.tick(ends(1, 1))
    assert clocks(readings) == [START + 7, 0]
    read(readings, 1, 0)
    await clock.tick(ends(50, 50))
    assert clocks(readings) == [START + 7] * 2


async def test_lag_is_what_the_log_has_and_the_state_does_not(readings):
    clock = clock_of(readings)
    read(readings, 0, 0)
    await clock.tick(ends(4, 0))
    assert [clock.lag(partition) for partition in readings] == [3, 0]
    assert clock.behind() == {("peekproof.exposures", 0): 1}


async def test_a_worker_without_partitions_asks_nothing(readings):
    readings.assign([])
    broker = ends(1, 1)
    await clock_of(readings).tick(broker)
    assert broker.calls == []


async def test_a_partition_lags_when_it_is_older_than_verdicts_may_rest_on(readings):
    clock = clock_of(readings, max_lag_s=20)
    for partition, age in enumerate((20_000, 20_001)):
        readings[partition].attribution.advance(NOW - MARGIN_MS - age)
    assert clock.lagging() == [1]
    assert clock_of(readings, idle_clock="record").lagging() == []


def test_verdicts_rest_on_what_is_recent_by_the_wall_and_historic_records_have_no_present():
    assert recency(Settings(max_lag_s=20), lambda: NOW) == Recency(NOW - 20_000, NOW - 10_000)
    assert recency(Settings(idle_clock="record"), lambda: NOW) is None


async def test_a_partition_is_live_once_its_clock_has_been_told_after_it_caught_up(readings):
    clock = clock_of(readings)
    await clock.tick(ends(1, 0))
    assert [reading.is_live for reading in readings.values()] == [False, True]
    read(readings, 0, 0)
    assert not readings[0].is_live
    await clock.tick(ends(9, 0))
    assert readings[0].is_live


async def test_a_partition_is_not_live_before_a_watermark_has_told_its_clock():
    readings = Readings(CATALOGUE, b"", ["exposures"])
    readings.assign([0])
    await clock_of(readings).tick(ends(0, 0))
    assert (readings[0].caught_up, readings[0].is_live) == (True, False)
    readings[0].attribution.advance(START)
    await clock_of(readings).tick(ends(0, 0))
    assert readings[0].is_live
