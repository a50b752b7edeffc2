"""What only an owner may write passes the lease on its way to the socket; all the rest does not. Many go out packed."""

from types import SimpleNamespace

import pytest
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from streams.core.topology import COUNTS, DECISIONS, EVALUATION_CHANGELOG, EVIDENCE, REJECTED, SNAPSHOTS

NODE = 1


@pytest.fixture
async def producer(consumer, monkeypatch):
    """A started producer that tells the order of what happens in `calls`."""
    producer = consumer.app.producer
    calls = producer.calls = []

    async def ready(node):
        calls.append(("connected", node))

    async def hold():
        calls.append("held")

    async def send(node, batches):
        calls.append(("sent", node, [*batches]))

    async def start(self):
        sender = SimpleNamespace(_send_produce_req=send)
        self._producer = SimpleNamespace(_sender=sender, client=SimpleNamespace(ready=ready))

    monkeypatch.setattr(driver.Producer, "on_start", start)
    monkeypatch.setattr(consumer.app.lease, "hold", hold)
    await producer.on_start()
    return producer


async def send(producer, *places):
    await producer._producer._sender._send_produce_req(NODE, dict.fromkeys(places))
    return producer.calls


@pytest.mark.parametrize("topic", [EVALUATION_CHANGELOG, DECISIONS])
async def test_the_lease_is_looked_at_when_nothing_else_has_to_be_waited_for(producer, topic):
    places = [TP(COUNTS, 0), TP(topic, 3)]
    assert await send(producer, *places) == [("connected", NODE), "held", ("sent", NODE, places)]


async def test_what_carries_its_version_does_not_wait(producer):
    places = [TP(topic, 0) for topic in (COUNTS, EVIDENCE, REJECTED, SNAPSHOTS)]
    assert await send(producer, *places) == [("sent", NODE, places)]


class Client:
    """Packs as aiokafka does, in small batches, and acknowledges a batch when the next thing is awaited."""

    def __init__(self):
        self.batches, self.acknowledged = [], 0

    def create_batch(self):
        return BatchBuilder(200, 0)

    async def send_batch(self, batch, topic, *, partition):
        self.batches.append((topic, partition, parsed(batch)))
        return self._acknowledged()

    async def _acknowledged(self):
        self.acknowledged += 1


def parsed(batch):
    return [(record.key, record.value) for record in MemoryRecords(bytes(batch._build())).next_batch()]


async def pieces(*told):
    for one in told:
        yield one


@pytest.fixture
def client(producer):
    producer._producer = Client()
    return producer._producer


async def test_many_records_go_out_in_few_batches_and_in_order(producer, client):
    records = [(f"key {number}".encode(), b"value" * number) for number in range(60)]
    await producer.send_packed(REJECTED, 2, pieces(records[:40], [], records[40:]))
    assert [one for _, _, batch in client.batches for one in batch] == records
    assert {(topic, partition) for topic, partition, _ in client.batches} == {(REJECTED, 2)}
    assert len(client.batches[0][2]) > 1
    assert client.acknowledged == len(client.batches) > 1


async def test_of_no_records_no_batch_is_sent(producer, client):
    await producer.send_packed(REJECTED, 2, pieces([], []))
    assert client.batches == []
