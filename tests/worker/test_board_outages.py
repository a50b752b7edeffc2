"""An outage takes nothing from the board, tells it nothing twice, and ends no worker."""

import asyncio
import logging
from types import SimpleNamespace

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError, RequestTimedOutError

from streams.core.topology import DECISIONS, EVIDENCE
from streams.lab import embedded
from streams.settings import Settings
from streams.worker import board_feed
from streams.worker.board_feed import Listener, feed
from tests.services.fault_proxy import FaultProxy
from tests.services.processes import free_ports, wait_for
from tests.worker.rig import START, produce

LOST = KafkaConnectionError("gone")


class Client:
    """Starts, if there are records; tells them, and fails."""

    def __init__(self, records, error):
        self.records, self.error = records, error
        self.places, self.is_open = {}, True

    async def start(self):
        if self.records is None:
            raise self.error

    def assign(self, places):
        self.places = dict.fromkeys(places)

    def seek(self, place, offset):
        self.places[place] = offset

    async def __aiter__(self):
        for record in self.records:
            yield record
        raise self.error

    async def stop(self):
        self.is_open = False


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(board_feed, "AGAIN_S", 0)


@pytest.fixture
def read(monkeypatch):
    """Read with these clients, one after the other, until the last one fails with EOFError; what was heard."""

    async def read(*clients):
        heard, left = [], iter(clients)
        monkeypatch.setattr(board_feed, "AIOKafkaConsumer", lambda **_: next(left))
        with pytest.raises(EOFError):
            await feed(Settings(evaluation_partitions=2), listener(heard))
        return heard

    return read


def listener(heard):
    return Listener(lambda _, experiment: heard.append(experiment), lambda *_: None, heard.append)


def decision(number, value=None):
    value = value or b"%d" % number
    return SimpleNamespace(topic=DECISIONS, partition=1, offset=5 + number, key=b"one", value=value)


def outage():
    return Client(None, LOST)


async def test_reading_goes_on_where_it_was(read):
    clients = [Client([decision(0), decision(1)], RequestTimedOutError()), outage(), Client([decision(2)], EOFError())]
    assert await read(*clients) == [0, 1, 2]
    first, _, last = (client.places for client in clients)
    assert first == dict.fromkeys(TopicPartition(topic, p) for topic in (DECISIONS, EVIDENCE) for p in (0, 1))
    assert last == first | {TopicPartition(DECISIONS, 1): 7}
    assert not any(client.is_open for client in clients)


async def test_each_outage_is_warned_of_once(read, caplog):
    await read(outage(), outage(), Client([decision(0)], LOST), outage(), Client([], EOFError()))
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2


async def test_a_record_that_is_not_ours_is_no_outage(read):
    with pytest.raises(ValueError, match="truncated"):
        await read(Client([decision(0, b"{")], LOST))


async def test_a_broker_that_is_away_at_the_beginning_is_awaited():
    with embedded.broker() as broker, FaultProxy(place(broker), *free_ports(1)) as proxy:
        for topic in (DECISIONS, EVIDENCE):
            broker.create(topic, 4)
        produce(broker.bootstrap, [(DECISIONS, "one", START, b"1"), (EVIDENCE, "one", START, b"2")])
        assert sorted(await heard_after_an_outage(proxy)) == [1, 2]


async def heard_after_an_outage(proxy):
    heard = []
    with proxy.fault("down"):
        feeding = asyncio.create_task(
            feed(Settings(bootstrap_servers=proxy.address, fetch_wait_ms=20), listener(heard))
        )
        await until(lambda: feeding.done() or proxy.hits["down"] > 1, "a second attempt")
    await until(lambda: feeding.done() or len(heard) > 1, "all records")
    feeding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await feeding
    return heard


def place(broker):
    host, port = broker.bootstrap.split(":")
    return host, int(port)


async def until(condition, what):
    await asyncio.to_thread(wait_for, condition, 20, what)
