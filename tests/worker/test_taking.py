"""The guard of the source: what is done with a batch that begins where the state ends, below, or above."""

import asyncio
import json
from types import SimpleNamespace

import pytest
from faust.types import TP

from streams.core.events import Record
from streams.core.topology import EXPOSURES, REJECTED
from streams.worker.readings import Readings
from streams.worker.taking import Taking
from streams.worker.transport.batch import batch
from tests.worker.rig import START
from tests.worker.samples import CATALOGUE, Broker, exposed

PLACE = TP(EXPOSURES, 2)
BAD = b"garbage"


@pytest.fixture
def readings():
    readings = Readings(CATALOGUE, b"")
    readings.assign([2])
    return readings


@pytest.fixture
def broker():
    return Broker()


@pytest.fixture
def taking(readings, broker):
    return Taking(readings, SimpleNamespace(producer=broker, consumer=broker))


@pytest.fixture
def take(taking, readings):
    async def once(records, era=0, partition=2):
        await taking.take(batch(TP(EXPOSURES, partition), records, era))
        return readings[2].offsets["exposures"]

    return once


async def test_a_batch_that_begins_where_the_state_ends_is_taken(take):
    assert await take(exposed(0, 3)) == 3
    assert await take(exposed(3, 2)) == 5


async def test_it_is_known_since_when_an_event_waits_to_be_told(take, readings):
    await take(exposed(0, 3))
    assert readings.fresh == {}
    readings[2].is_live = True
    await take(exposed(0, 3))
    assert readings.fresh == {}
    await take(exposed(3, 2))
    await take(exposed(5, 2))
    assert readings.fresh == {2: START + 3}
    readings.assign([2])
    assert readings.fresh == {}


async def test_who_waits_for_what_there_is_to_read_waits_for_the_last_batch_of_a_fetch(taking, readings):
    await taking.take(batch(PLACE, exposed(0, 3), 0))
    waiting = asyncio.create_task(taking.catch_up(3_600))
    await taking.take(batch(PLACE, exposed(3, 2), 0, more=True))
    assert await asyncio.wait([waiting], timeout=0.01) == (set(), {waiting})
    await taking.take(batch(TP(EXPOSURES, 9), exposed(0, 1), 0))
    await waiting
    assert readings[2].offsets["exposures"] == 5


async def test_where_nothing_comes_nobody_waits_for_long(taking):
    await asyncio.wait_for(taking.catch_up(0.01), 60)


async def test_of_a_batch_that_overlaps_only_the_rest_is_taken(take, readings):
    await take(exposed(0, 3))
    assert await take(exposed(1, 4)) == 5
    assert await take(exposed(0, 2)) == 5
    assert readings[2].attribution.tally["read"] == 5


async def test_a_batch_above_the_state_is_not_taken_but_the_log_read_again(take, broker):
    await take(exposed(0, 3))
    assert await take(exposed(4, 2)) == 3
    assert broker.calls == [("reread", PLACE, 3)]


async def test_batches_that_were_on_their_way_before_a_seek_cause_no_other(take, broker):
    await take(exposed(4, 2))
    broker.answers["era"] = 1
    await take(exposed(6, 2))
    await take(exposed(8, 2))
    assert broker.calls == [("reread", PLACE, 0)]


async def test_what_was_asked_for_before_a_seek_is_welcome_where_the_state_ends(take, broker):
    broker.answers["era"] = 1
    assert await take(exposed(0, 2)) == 2


async def test_batches_of_other_partitions_are_left_alone(take, broker):
    assert await take(exposed(7), partition=3) == 0
    assert broker.calls == []


async def test_a_refused_record_is_published_with_its_place(take, broker):
    await take([*exposed(0), Record(1, START, BAD)])
    ((topic, partition, key, value),) = broker.sent
    assert (topic, partition, key) == (REJECTED, 2, b"peekproof.exposures/2/1")
    assert json.loads(value)["reason"] == "malformed"


async def test_what_was_published_before_a_rebuild_is_not_published_again(take, broker):
    broker.answers["published"] = {PLACE: 1}
    await take([Record(0, START, BAD), Record(1, START, BAD)])
    assert [letter[2] for letter in broker.sent] == [b"peekproof.exposures/2/1"]


async def test_a_position_may_be_committed_when_the_refusals_below_it_are_out(take, broker, readings):
    seen, acknowledged = [], broker._acknowledged

    async def look():
        seen.append(readings.published()[PLACE])
        await acknowledged()

    broker._acknowledged = look
    await take([Record(0, START, BAD)])
    assert seen == [0]
    assert readings.published() == {PLACE: 1, ("peekproof.conversions", 2): 0}
