"""The client in its thread: how long a fetch waits, what it fetches, and commits that fail."""

import asyncio
from types import SimpleNamespace

import pytest
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from faust.transport.drivers import aiokafka as driver

from streams.settings import Settings
from streams.worker.app import FETCH_BYTES, make_app
from streams.worker.transport import client
from streams.worker.transport.lean import Arrivals
from tests.worker.transport.conftest import EXPOSED


@pytest.fixture
async def thread(consumer):
    made = consumer._new_consumer_thread()
    made.thread_loop.close()
    return made


async def test_a_fetch_waits_as_the_settings_say(thread):
    thread.app.settings = Settings(fetch_wait_ms=17)
    thread.app.conf.consumer_group_instance_id = "left"
    client = thread._create_worker_consumer(thread.transport)
    await client.stop()
    assert client._group_instance_id == "left"
    assert (client._fetch_max_wait_ms, client._fetch_min_bytes) == (17, 1)
    assert client._max_partition_fetch_bytes == FETCH_BYTES


async def test_the_group_knows_a_worker_by_its_name(consumer):
    """So it may come back before its session ends, and nobody is disturbed."""
    made = make_app(Settings(instance_id="left"), consumer.app.readings)
    assert made.conf.consumer_group_instance_id == "left"


class Group:
    """Stands for aiokafka's coordinator: `answer` is what it hears."""

    def __init__(self, ends):
        self._coordination_task = asyncio.ensure_future(ends)
        self._client = SimpleNamespace(cluster=SimpleNamespace(partitions_for_topic=lambda _: {0}))
        self.answer, self.was_reset = True, False

    async def _do_rejoin_group(self, _):
        return self.answer

    async def _do_commit_offsets(self, *_):
        pass

    async def _do_heartbeat(self):
        return self.answer

    def reset_generation(self):
        self.was_reset = True


@pytest.fixture
async def started(thread, monkeypatch):
    """A thread whose client has its fetcher, and a coordination that goes on until it is told how to end."""

    async def start(self):
        self.group = Group(ends)
        fetcher = SimpleNamespace(_records={}, _proc_fetch_request=fetch)
        self._consumer = SimpleNamespace(_fetcher=fetcher, _coordinator=self.group)

    async def fetch(*_):
        return True

    thread.ends = ends = asyncio.get_running_loop().create_future()
    thread.said = said = []
    monkeypatch.setattr(client, "die", lambda *words: said.append(words))
    monkeypatch.setattr(driver.AIOKafkaConsumerThread, "on_start", start)
    await thread.on_start()
    return thread


async def test_what_is_fetched_is_lean_from_the_start(started):
    assert isinstance(started._consumer._fetcher._records, Arrivals)


async def test_fetches_keep_their_pace_from_the_start_and_news_is_fetched_at_once(started):
    started.thread_loop, request = asyncio.get_running_loop(), SimpleNamespace(topics=[])
    started.app.settings = Settings(fetch_every_ms=3_600_000)
    fetch = started._consumer._fetcher._proc_fetch_request
    assert await fetch(None, 1, request)
    waiting = asyncio.create_task(fetch(None, 1, request))
    done, _ = await asyncio.wait([waiting], timeout=0.05)
    assert not done
    started.hurry()
    assert await asyncio.wait_for(waiting, 5)


async def test_a_process_that_lost_its_place_in_the_group_ends(started):
    error = KafkaError("an assignment for an unsubscribed topic")
    started.ends.set_exception(error)
    await asyncio.sleep(0)
    assert started.said == [("this process has lost its place in the group", error)]


@pytest.mark.parametrize("way", ["cancel", "close"])
async def test_a_place_that_is_given_up_is_no_failure(started, way):
    started.ends.cancel() if way == "cancel" else started.ends.set_result(None)
    await asyncio.sleep(0)
    assert started.said == []


SUBSCRIPTION = SimpleNamespace(topics=frozenset({"exposures"}))
ASK = {"joins": lambda group: group._do_rejoin_group(SUBSCRIPTION), "beats": lambda group: group._do_heartbeat()}


@pytest.mark.parametrize("ask", ASK.values(), ids=ASK)
async def test_every_answer_of_the_group_renews_the_lease_from_the_question_on(started, ask):
    started.app.lease.now = iter([100.0]).__next__
    assert await ask(started.group) is True
    started.app.lease.now = lambda: 100.0 + Settings().session_timeout_s - 0.1
    await started.app.lease.hold()


@pytest.mark.parametrize("ask", ASK.values(), ids=ASK)
async def test_without_an_answer_it_runs_out(started, ask, monkeypatch):
    monkeypatch.setattr(started.app.lease, "renew", None)
    started.group.answer = False
    assert await ask(started.group) is False


@pytest.mark.parametrize("stops", [False, True])
async def test_the_lease_of_a_worker_that_is_out_is_lost_but_not_of_one_that_leaves(started, monkeypatch, stops):
    lost = []
    monkeypatch.setattr(started.app.lease, "lose", lambda: lost.append("lost"))
    if stops:
        started._stopped.set()
    started.group.reset_generation()
    assert started.group.was_reset
    assert lost == ([] if stops else ["lost"])


@pytest.mark.parametrize("error", [CommitFailedError(), IllegalStateError(EXPOSED)])
async def test_a_commit_that_is_lost_to_a_rebalance_is_no_failure(thread, error):
    async def commit(offsets):
        committed.append(offsets)
        if len(committed) == 1:
            raise error

    committed = []
    thread._consumer = SimpleNamespace(commit=commit)
    assert [await thread._commit({EXPOSED: 3}) for _ in range(2)] == [False, True]
    assert committed == [{EXPOSED: 3}] * 2
