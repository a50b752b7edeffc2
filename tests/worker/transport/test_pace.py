"""When a fetch begins."""

import asyncio
from types import SimpleNamespace

import pytest

from streams.worker.transport import pace
from streams.worker.transport.pace import Pace

LEFT, RIGHT = 1, 2  # brokers


class World:
    """A fetcher whose fetches take a second of a time in which else only pauses pass."""

    def __init__(self, monkeypatch):
        self.now, self.began = 100.0, []
        self.fetcher = SimpleNamespace(_proc_fetch_request=self.fetch)
        monkeypatch.setattr(pace.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(pace.asyncio, "sleep", self.sleep)

    async def sleep(self, seconds):
        self.now += max(0, seconds)

    async def fetch(self, assignment, node, request):
        assert (assignment, request) == ("assignment", "request")
        self.began.append((node, self.now))
        self.now += 1
        return node == LEFT

    async def ask(self, node):
        return await self.fetcher._proc_fetch_request("assignment", node, "request")


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


async def test_a_fetch_that_is_given_up_while_it_waits_brings_nothing_and_raises_nothing():
    begun = []
    fetcher = SimpleNamespace(_proc_fetch_request=lambda *_: begun.append(None))
    pace_ = Pace(3_600)
    pace_._last[LEFT] = pace.time.monotonic()
    pace_.set(fetcher)
    waiting = asyncio.create_task(fetcher._proc_fetch_request(None, LEFT, None))
    await asyncio.sleep(0)
    waiting.cancel()
    assert (await waiting, begun) == (False, [])
