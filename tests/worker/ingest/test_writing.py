"""Every foreign record is written once, unless its first writer died; what is not there is asked for once."""

import json

import pytest
from faust.types import TP

from streams.codecs.rekeying import Rekeyer
from streams.core.events import Record
from streams.core.topology import EXPOSURES, REJECTED
from streams.worker.ingest.sources import Sources
from streams.worker.ingest.writing import Writing
from streams.worker.transport.batch import batch
from tests.worker.ingest.samples import NOW, PLACE, ROUTES, Outlet, records, settings
from tests.worker.rig import START
from tests.worker.samples import Broker


@pytest.fixture
def sources():
    sources = Sources()
    sources.assign({PLACE: 10})
    return sources


@pytest.fixture
def outlet():
    return Outlet()


@pytest.fixture
def broker():
    return Broker()


@pytest.fixture
def writing(sources, outlet):
    return Writing(settings(), sources, Rekeyer(ROUTES, b"pepper", 4), outlet, now=lambda: NOW)


@pytest.fixture
def take(writing, sources, broker):
    async def once(fetched, era=0, partition=PLACE.partition):
        await writing.take(batch(TP(PLACE.topic, partition), fetched, era), broker)
        return sources[PLACE].offset

    return once


async def test_a_batch_is_written_with_its_own_times(take, outlet, sources):
    assert await take(records(10, 3)) == 13
    assert [(line.topic, line.timestamp) for line in outlet.lines] == [(EXPOSURES, START + n) for n in (10, 11, 12)]
    assert sources[PLACE].read_to == START + 12


async def test_what_has_been_written_is_not_written_again(take, outlet):
    await take(records(10, 3))
    assert await take(records(11, 4)) == 15
    assert await take(records(11, 2)) == 15
    assert len(outlet.lines) == 5


async def test_a_gap_is_asked_for_once_and_then_it_is_a_hole_of_the_log(take, broker):
    assert await take(records(12)) == 10
    assert broker.calls == [("reread", PLACE, 10)]
    assert await take(records(12)) == 13
    assert await take(records(15)) == 13
    assert broker.calls == [("reread", PLACE, 10), ("reread", PLACE, 13)]


async def test_what_was_on_its_way_before_a_seek_says_nothing_about_holes(take, broker):
    await take(records(12))
    broker.answers["era"] = 1
    assert await take(records(12)) == 10
    assert await take(records(12), era=1) == 13


async def test_holes_within_a_batch_are_no_matter(take, outlet):
    assert await take([*records(10), *records(14)]) == 15
    assert len(outlet.lines) == 2


async def test_partitions_of_others_are_left_alone(take, outlet):
    await take(records(10), partition=0)
    assert outlet.lines == []


async def test_what_an_earlier_owner_was_writing_moves_nothing_of_the_next(take, sources, outlet):
    write = outlet.write

    async def reassigned(lines):
        sources.assign({PLACE: 7})
        await write(lines)

    outlet.write = reassigned
    assert await take(records(10, 3)) == 7


async def test_of_what_cannot_be_read_reason_and_place_are_told_and_nothing_else(take, outlet, sources, writing):
    assert await take([Record(10, START, b'{"unit_id": "8f3a"}'), *records(11)]) == 12
    (line,) = [line for line in outlet.lines if line.topic == REJECTED]
    assert (line.partition, line.key, line.timestamp) == (1, b"shop/5/10", None)
    told = json.loads(line.value)
    assert (told["reason"], told["topic"], told["partition"], told["offset"]) == ("malformed", "shop", 5, 10)
    assert told["sample"] is None
    assert writing.tally == {"read": 2, "written": 1, "rejected": 1}


async def test_a_rejected_record_does_not_move_the_time(take, sources):
    await take([Record(10, START + 99, b"{")])
    assert sources[PLACE].read_to == 0


async def test_no_record_is_of_the_future(take, outlet):
    await take(records(10, at=NOW + 5))
    assert [line.timestamp for line in outlet.lines] == [NOW]
