"""Batches hold every record in order, whatever fits; nothing is done before all are in their logs."""

import asyncio

import pytest
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.default_records import DefaultRecordBatch

from streams.worker.ingest import outlet as module
from streams.worker.ingest.outlet import Line, Outlet
from tests.worker.ingest.samples import settings

BYTES = 1_000


class Producer:
    """Stands for aiokafka's: its batches are real, and written when the test says so."""

    def __init__(self, **_):
        self.sent = []
        self.both = asyncio.Event()
        self.written = asyncio.Event()

    def create_batch(self):
        return BatchBuilder(BYTES, 0)

    async def send_batch(self, batch, topic, *, partition):
        batch.close()
        self.sent.append((topic, partition, list(DefaultRecordBatch(bytes(batch._build())))))
        if len(self.sent) == 2:
            self.both.set()
        return asyncio.create_task(self.written.wait())


@pytest.fixture
async def outlet(monkeypatch):
    monkeypatch.setattr(module, "AIOKafkaProducer", Producer)
    return Outlet(settings())


def line(number, topic="a", partition=0, size=100):
    return Line(topic, partition, 1_000 + number, b"key", b"%d " % number + b"." * size)


def numbers(batches, place):
    return [
        int(record.value.split()[0])
        for topic, partition, batch in batches
        if (topic, partition) == place
        for record in batch
    ]


async def test_every_record_goes_to_its_place_in_order(outlet):
    outlet._producer.written.set()
    await outlet.write([line(n, "ab"[n % 2], n // 2 % 2) for n in range(60)])
    for place, first in ((("a", 0), 0), (("b", 0), 1), (("a", 1), 2), (("b", 1), 3)):
        assert numbers(outlet._producer.sent, place) == list(range(first, 60, 4))
    assert len(outlet._producer.sent) > 4


async def test_a_record_that_is_larger_than_a_batch_is_one_alone(outlet):
    outlet._producer.written.set()
    await outlet.write([line(1), line(2, size=5 * BYTES), line(3)])
    assert numbers(outlet._producer.sent, ("a", 0)) == [1, 2, 3]


async def test_key_and_time_are_kept(outlet):
    outlet._producer.written.set()
    await outlet.write([line(7)])
    ((_, _, (record,)),) = outlet._producer.sent
    assert (record.key, record.timestamp) == (b"key", 1_007)


async def test_it_returns_when_all_is_written(outlet):
    writing = asyncio.create_task(outlet.write([line(1), line(2, partition=1)]))
    await outlet._producer.both.wait()
    assert not writing.done()
    outlet._producer.written.set()
    await writing
