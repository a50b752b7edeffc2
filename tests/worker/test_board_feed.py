"""Which listener hears of which record, and that an outage takes nothing from it, and ends nothing."""

import asyncio
import logging
from functools import partial
from typing import NamedTuple

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError, RequestTimedOutError

from streams.core.topology import DECISIONS, EVIDENCE
from streams.lab import embedded
from streams.settings import Settings
from streams.worker import board_feed
from streams.worker.board_feed import Listener, feed, tell
from tests.services.fault_proxy import FaultProxy
from tests.services.processes import free_ports, wait_for
from tests.worker.rig import START, produce


class Record(NamedTuple):
    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes


LOST = KafkaConnectionError("gone")


@pytest.fixture
def heard(monkeypatch):
    """Who was told what; `heard.by` is the listener. Nobody waits between two attempts."""

    class Heard(list):
        by = Listener(
            lambda *what: heard.append(("evidence", *what)),
            lambda *what: heard.append(("point", *what)),
            lambda *what: heard.append(("decision", *what)),
        )

    heard = Heard()
    monkeypatch.setattr(board_feed, "AGAIN_S", 0)
    return heard


class Lives(list):
    """What becomes of each client in turn: if it starts, its records, and an error."""

    def __init__(self):
        super().__init__()
        self.lived = []


@pytest.fixture
def lives(monkeypatch):
    """No client asks a broker."""
    lives = Lives()
    monkeypatch.setattr(board_feed, "AIOKafkaConsumer", partial(Client, lives))
    return lives


class Client:
    """What the feed asks of one, without a broker."""

    def __init__(self, lives, **_):
        self.places, self.is_open = {}, True
        self.fails, self.records = lives[len(lives.lived)]
        lives.lived.append(self)

    async def start(self):
        if self.records is None:
            raise self.fails

    def assign(self, places):
        self.places = dict.fromkeys(places)

    def seek(self, place, offset):
        self.places[place] = offset

    async def __aiter__(self):
        for record in self.records:
            yield record
        raise self.fails

    async def stop(self):
        self.is_open = False

    async def __aenter__(self):
        await self.start()
        return self

    async def __aexit__(self, *_):
        await self.stop()


@pytest.mark.parametrize(
    ("topic", "key", "value", "expected"),
    [
        (EVIDENCE, b"one", b'{"a":1}', ("evidence", "one", {"a": 1})),
        (EVIDENCE, b"one.two@1700000000000", b'{"t":1}', ("point", "one.two", {"t": 1})),
        (DECISIONS, b"one", b'{"id":"x"}', ("decision", {"id": "x"})),
    ],
)
def test_each_record_has_one_listener(heard, topic, key, value, expected):
    tell(heard.by, topic, key, value)
    tell(heard.by, topic, key, None)
    assert heard == [expected]


def decision(number, value=None):
    return Record(DECISIONS, 1, 5 + number, b"one", value or b"%d" % number)


async def test_after_an_outage_it_goes_on_where_it_was(heard, lives, caplog):
    lives += [(LOST, None), (RequestTimedOutError(), [decision(0), decision(1)]), (LOST, None), (LOST, None)]
    lives += [(EOFError(), [decision(2)])]
    with pytest.raises(EOFError):
        await feed(Settings(evaluation_partitions=2), heard.by)
    assert heard == [("decision", number) for number in range(3)]
    assert not any(one.is_open for one in lives.lived)
    fresh = dict.fromkeys(TopicPartition(topic, p) for topic in (DECISIONS, EVIDENCE) for p in (0, 1))
    assert [one.places for one in lives.lived if one.places] == [fresh, fresh | {TopicPartition(DECISIONS, 1): 7}]
    assert [record.levelno for record in caplog.records].count(logging.WARNING) == 2  # one for each outage


async def test_what_can_not_be_read_is_no_outage(heard, lives):
    lives += [(LOST, [decision(0, b"{")])]
    with pytest.raises(ValueError, match="truncated"):
        await feed(Settings(), heard.by)


async def test_a_broker_that_is_away_when_it_begins_is_awaited(heard):
    with embedded.broker() as broker, FaultProxy(place(broker), *free_ports(1)) as proxy:
        for topic in (DECISIONS, EVIDENCE):
            broker.create(topic, 4)
        produce(broker.bootstrap, [(DECISIONS, "one", START, b"1"), (EVIDENCE, "one", START, b"2")])
        settings = Settings(bootstrap_servers=proxy.address, fetch_wait_ms=20)
        with proxy.fault("down"):
            feeding = asyncio.create_task(feed(settings, heard.by))
            await true(lambda: feeding.done() or proxy.hits["down"] > 1, "several attempts")
        await true(lambda: feeding.done() or len(heard) > 1, "all records")
        feeding.cancel()
        with pytest.raises(asyncio.CancelledError):
            await feeding
    assert sorted(heard) == [("decision", 1), ("evidence", "one", 2)]


def place(broker):
    host, port = broker.bootstrap.split(":")
    return host, int(port)


async def true(condition, what):
    await asyncio.to_thread(wait_for, condition, 20, what)
