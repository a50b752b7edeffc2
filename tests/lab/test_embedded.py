"""The broker of the demo, spoken to by the clients the demo uses."""

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer
from confluent_kafka import Producer

from streams.lab import embedded
from tests.services.needs import missing

pytestmark = pytest.mark.embedded


@pytest.fixture(params=["by its functions", "hidden in a producer"])
def broker(request, monkeypatch):
    if request.param == "hidden in a producer":
        monkeypatch.setitem(embedded.SIGNATURES, "no_such_function", (None,))
    with embedded.broker() as running:
        yield running


@pytest.fixture
def mock_cluster():
    with embedded.broker() as running:
        if isinstance(running, embedded.Hidden):
            missing("embedded", "a confluent-kafka wheel that shows the functions of its mock cluster")
        yield running


def produce(broker, topic, partitions):
    producer = Producer({"bootstrap.servers": broker.bootstrap})
    for partition in range(partitions):
        producer.produce(topic, b"%d" % partition, key=b"unit", partition=partition, timestamp=1_700_000_000_000)
    assert producer.flush(10) == 0


async def consume(broker, topic, count):
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=broker.bootstrap, group_id="group", auto_offset_reset="earliest", fetch_max_wait_ms=20
    )
    await consumer.start()
    try:
        return [await asyncio.wait_for(consumer.getone(), 60) for _ in range(count)]
    finally:
        await consumer.stop()


async def test_a_group_reads_what_was_produced(broker):
    broker.create("events", 4)
    produce(broker, "events", 4)
    records = await consume(broker, "events", 4)
    assert {(record.partition, record.value) for record in records} == {(p, b"%d" % p) for p in range(4)}
    assert {record.timestamp for record in records} == {1_700_000_000_000}


def test_a_topic_has_as_many_partitions_as_asked_for(mock_cluster):
    mock_cluster.create("wide", 7)
    described = Producer({"bootstrap.servers": mock_cluster.bootstrap}).list_topics("wide", timeout=60)
    assert len(described.topics["wide"].partitions) == 7


def test_a_topic_cannot_be_created_twice(mock_cluster):
    mock_cluster.create("events", 1)
    with pytest.raises(RuntimeError, match=r"cannot create events: .* already exists"):
        mock_cluster.create("events", 1)


def test_the_hidden_broker_says_what_it_cannot_do(monkeypatch):
    monkeypatch.setitem(embedded.SIGNATURES, "no_such_function", (None,))
    with embedded.broker() as running, pytest.raises(ValueError, match="gives a topic 4 partitions, not 7"):
        running.create("wide", 7)
