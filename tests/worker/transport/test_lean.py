"""Parcels in the place of parsed records: the same records in the end, and nothing breaks if the trick is of no use."""

from types import SimpleNamespace

import pytest
from aiokafka.consumer.fetcher import READ_COMMITTED, READ_UNCOMMITTED, FetchError, FetchResult, PartitionRecords
from aiokafka.consumer.subscription_state import Assignment
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecord, DefaultRecordBatch, DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import calc_crc32c
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
CONTROL = 1 << 5


def written(records, at=0, *, compression=DefaultRecordBatch.CODEC_NONE):
    """A batch as it lies in the log from that offset on."""
    builder = DefaultRecordBatchBuilder(2, compression, 0, -1, -1, -1, 1 << 20)
    for number, record in enumerate(records):
        builder.append(number, record.timestamp, b"key", record.value, record.headers)
    return at.to_bytes(8, "big") + bytes(builder.build())[8:]


def ending(at):
    """A batch that ends a transaction: one of a record, marked as control."""
    control = bytearray(written(SENT[:1], at))
    control[22] |= CONTROL
    control[17:21] = calc_crc32c(control[21:]).to_bytes(4, "big")
    return bytes(control)


def fetched(tp, log=None, start=0, isolation=READ_UNCOMMITTED):
    """What aiokafka keeps of a fetch, from bytes as a broker sends them."""
    memory = MemoryRecords(written(SENT) if log is None else log)
    records = PartitionRecords(tp, memory, None, start, None, None, True, isolation)
    assignment = Assignment([tp])
    assignment.state_value(tp).seek(start)
    return FetchResult(tp, assignment=assignment, partition_records=records, backoff=0)


def through(arrivals, tp, *content, **options):
    arrivals[tp] = fetched(tp, *content, **options)
    return arrivals[tp].getall()


def told(fetched):
    """What we read of each record."""
    content = batch(EXPOSED, fetched, 0)
    return [Record(one.offset, one.timestamp, one.value, list(one.headers)) for one in content.records]


def position(arrivals):
    return arrivals[SOURCE]._assignment.state_value(SOURCE).position


@pytest.fixture
async def arrivals():
    return Arrivals()


async def test_records_that_agents_read_come_as_one_parcel(arrivals):
    (parcel,) = through(arrivals, SOURCE)
    assert (parcel.first.offset, parcel.end, type(parcel.first)) == (0, 3, DefaultRecord)
    assert told([parcel]) == SENT
    assert (position(arrivals), arrivals[SOURCE].has_more()) == (3, False)


async def test_what_aiokafka_parses_gives_the_same_batch():
    records = through({}, SOURCE)
    assert {type(one) for one in records} == {ConsumerRecord}
    assert told(records) == SENT
    assert batch(EXPOSED, records, 0).parcel[:2] == (records[0], 3)


async def test_a_parcel_is_parsed_while_it_is_read_and_read_once(arrivals):
    ((_, end, records),) = through(arrivals, SOURCE, written(SENT) + written(SENT, 3))
    assert ([one.offset for one in records], end) == ([*range(6)], 6)
    assert [*records] == []


async def test_records_below_the_offset_that_was_asked_for_are_left_out(arrivals):
    log = written(SENT) + written(SENT, 3)
    for start in range(6):
        assert [one.offset for one in told(through(arrivals, SOURCE, log, start=start))] == [*range(start, 6)]


async def test_a_fetch_without_a_record_moves_the_position_on_and_tells_of_none(arrivals):
    assert through(arrivals, SOURCE, written(SENT), start=3) == []
    assert position(arrivals) == 3


async def test_what_ends_a_transaction_is_no_record_but_has_an_offset(arrivals):
    log = written(SENT) + ending(3) + written(SENT, 4)
    assert [one.offset for one in told(through(arrivals, SOURCE, log))] == [0, 1, 2, 4, 5, 6]
    assert through(arrivals, SOURCE, ending(0)) == []
    assert position(arrivals) == 1


@pytest.mark.parametrize("spoilt", [0, 1])
async def test_damaged_bytes_are_an_error_that_moves_no_position(arrivals, spoilt):
    log = [written(SENT), written(SENT, 3)]
    log[spoilt] = log[spoilt][:-1] + b"?"
    with pytest.raises(CorruptRecordException, match="Invalid CRC"):
        through(arrivals, SOURCE, b"".join(log))
    assert arrivals[SOURCE].getall() == []
    assert position(arrivals) == 0


async def test_what_was_sought_meanwhile_is_not_delivered(arrivals):
    arrivals[SOURCE] = fetched(SOURCE)
    arrivals[SOURCE]._assignment.state_value(SOURCE).seek(1)
    assert arrivals[SOURCE].getall() == []
    assert position(arrivals) == 1


async def test_compressed_batches_are_opened_before_they_are_handed_over(arrivals):
    log = written(SENT, compression=DefaultRecordBatch.CODEC_GZIP)
    assert told(through(arrivals, SOURCE, log)) == SENT


async def test_of_transactions_aiokafka_takes_care_itself(arrivals):
    records = through(arrivals, SOURCE, isolation=READ_COMMITTED)
    assert {type(one) for one in records} == {ConsumerRecord}


async def test_what_lost_the_name_we_rely_on_comes_as_aiokafka_makes_it(arrivals):
    held = SimpleNamespace(_partition_records=SimpleNamespace(other=1))
    arrivals[SOURCE] = held
    assert held._partition_records == SimpleNamespace(other=1)


async def test_changelogs_are_faust_s_and_stay_as_aiokafka_makes_them(arrivals):
    assert {type(one) for one in through(arrivals, CHANGELOG)} == {ConsumerRecord}


async def test_an_error_in_the_place_of_records_stays_an_error(arrivals):
    error = arrivals[SOURCE] = FetchError(error=ValueError("no"), backoff=0)
    assert arrivals[SOURCE] is error
