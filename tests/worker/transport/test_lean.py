"""Records without aiokafka's wrapping: the same four fields, and nothing breaks if the trick no longer works."""

import pytest
from aiokafka.consumer.fetcher import FetchError, FetchResult, PartitionRecords
from aiokafka.consumer.subscription_state import Assignment
from aiokafka.record.default_records import DefaultRecord, DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.structs import ConsumerRecord, TopicPartition

from streams.core.events import Record
from streams.core.topology import EVALUATION_CHANGELOG, EXPOSURES
from streams.worker.transport.batch import batch
from streams.worker.transport.lean import Arrivals
from tests.worker.transport.conftest import EXPOSED

SOURCE, CHANGELOG = TopicPartition(EXPOSURES, 0), TopicPartition(EVALUATION_CHANGELOG, 0)
SENT = [
    Record(0, 1_700_000_000_000, b"{}", [("ce_type", b"x")]),
    Record(1, 1_700_000_000_001, None, []),
    Record(2, 1_700_000_000_002, b"", [("empty", None)]),
]


def fetched(tp):
    """What aiokafka keeps of a fetch, from bytes as a broker sends them."""
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1 << 20)
    for record in SENT:
        builder.append(record.offset, record.timestamp, b"key", record.value, record.headers)
    records = PartitionRecords(tp, MemoryRecords(bytes(builder.build())), None, 0, None, None, True, 0)
    assignment = Assignment([tp])
    assignment.state_value(tp).seek(0)
    return FetchResult(tp, assignment=assignment, partition_records=records, backoff=0)


def through(arrivals, tp):
    arrivals[tp] = fetched(tp)
    return arrivals[tp].getall()


def told(batch):
    """What we read of each record."""
    return [Record(one.offset, one.timestamp, one.value, list(one.headers)) for one in batch.records]


@pytest.fixture
async def arrivals():
    return Arrivals()


async def test_records_that_agents_read_come_as_they_were_parsed(arrivals):
    records = through(arrivals, SOURCE)
    assert {type(one) for one in records} == {DefaultRecord}
    assert told(batch(EXPOSED, records, 0)) == SENT


async def test_what_aiokafka_wraps_gives_the_same_batch():
    records = through({}, SOURCE)
    assert {type(one) for one in records} == {ConsumerRecord}
    assert told(batch(EXPOSED, records, 0)) == SENT


async def test_changelogs_are_faust_s_and_stay_as_aiokafka_makes_them(arrivals):
    assert {type(one) for one in through(arrivals, CHANGELOG)} == {ConsumerRecord}


async def test_an_error_in_the_place_of_records_stays_an_error(arrivals):
    error = arrivals[SOURCE] = FetchError(error=ValueError("no"), backoff=0)
    assert arrivals[SOURCE] is error
