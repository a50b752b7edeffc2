"""When a fetch begins."""

import asyncio
from types import SimpleNamespace

import pytest
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.structs import TopicPartition

from streams.worker.transport import pace
from streams.worker.transport.pace import Pace

LEFT, RIGHT = 1, 2  # brokers
LOGS = [TopicPartition("read", 0), TopicPartition("read", 1), TopicPartition("other", 0)]


class World:
    """A fetcher whose fetches take a second of a time in which else only pauses pass."""

    def __init__(self, monkeypatch):
        self.now, self.began = 100.0, []
        self.fetcher = SimpleNamespace(_proc_fetch_request=self.fetch)
        self.states = {log: SimpleNamespace(highwater=None) for log in LOGS}
        self.assignment = SimpleNamespace(state_value=self.states.get)
        self.request = FetchRequest(0, 1, 1, 0, [("read", [(0, 5, 1), (1, 7, 1)])])
        monkeypatch.setattr(pace.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(pace.asyncio, "timeout", self.timeout)

    def timeout(self, seconds):
        """Of a pause in which there is no news."""
        assert seconds > 0
        self.now += seconds
        return asyncio.timeout_at(0)

    async def fetch(self, assignment, node, request):
        assert (assignment, request) == (self.assignment, self.request)
        self.began.append((node, self.now))
        self.now += 1
        return node == LEFT

    async def ask(self, node):
        return await self.fetcher._proc_fetch_request(self.assignment, node, self.request)


@pytest.fixture
def world(monkeypatch):
    return World(monkeypatch)


async def test_the_next_fetch_of_a_broker_waits_for_its_time_and_for_no_other_broker(world):
    Pace(2.5).set(world.fetcher)
    assert [await world.ask(node) for node in (LEFT, LEFT, RIGHT, LEFT)] == [True, True, False, True]
    assert world.began == [(LEFT, 100.0), (LEFT, 102.5), (RIGHT, 103.5), (LEFT, 105.0)]


async def test_a_fetch_that_has_taken_as_long_is_followed_by_the_next_at_once(world):
    Pace(0.5).set(world.fetcher)
    assert [await world.ask(LEFT) for _ in range(3)] == [True] * 3
    assert world.began == [(LEFT, 100.0), (LEFT, 101.0), (LEFT, 102.0)]


@pytest.mark.parametrize(
    ("log", "highwater", "next_"), [(0, 6, 102.0), (1, 8, 102.0), (0, 5, 112.0), (1, 7, 112.0), (2, 9, 112.0)]
)
async def test_a_log_that_is_known_to_go_on_is_fetched_on_sooner(world, log, highwater, next_):
    """Of those that are asked for: another one may wait for whoever reads it."""
    world.states[LOGS[log]].highwater = highwater
    Pace(12).set(world.fetcher)
    assert [await world.ask(LEFT) for _ in range(2)] == [True] * 2
    assert world.began == [(LEFT, 100.0), (LEFT, next_)]


async def test_after_news_the_next_fetch_of_every_broker_begins_at_once(world):
    pace_ = Pace(2.5)
    pace_.set(world.fetcher)
    for node in (LEFT, RIGHT):
        await world.ask(node)
    pace_.hurry()
    for node in (LEFT, RIGHT, LEFT):
        await world.ask(node)
    assert world.began == [(LEFT, 100.0), (RIGHT, 101.0), (LEFT, 102.0), (RIGHT, 103.0), (LEFT, 104.5)]


@pytest.fixture
async def waiting():
    """A pace of an hour, and a fetch that waits for its time."""
    begun = []

    async def fetch(*_):
        begun.append(None)
        return True

    fetcher, made = SimpleNamespace(_proc_fetch_request=fetch), Pace(3_600)
    made.set(fetcher)
    request = SimpleNamespace(topics=[])
    assert await fetcher._proc_fetch_request(None, LEFT, request) is True
    task = asyncio.create_task(fetcher._proc_fetch_request(None, LEFT, request))
    await asyncio.sleep(0)
    assert len(begun) == 1
    yield SimpleNamespace(task=task, pace=made, begun=begun)
    task.cancel()


async def test_news_reaches_a_fetch_that_waits(waiting):
    waiting.pace.hurry()
    assert await asyncio.wait_for(waiting.task, 5) is True
    assert len(waiting.begun) == 2


async def test_a_fetch_that_is_given_up_while_it_waits_brings_nothing_and_raises_nothing(waiting):
    waiting.task.cancel()
    assert await waiting.task is False
    assert len(waiting.begun) == 1
