"""What only an owner may write passes the lease on its way to the socket; all the rest does not."""

from types import SimpleNamespace

import pytest
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
