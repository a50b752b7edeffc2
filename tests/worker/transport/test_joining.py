"""A group is joined by who knows all its topics, and nothing is committed meanwhile."""

import asyncio
from types import SimpleNamespace

import pytest
from aiokafka.errors import KafkaError, RebalanceInProgressError

from streams.worker.transport import joining
from streams.worker.transport.joining import Joining

SUBSCRIPTION = SimpleNamespace(topics=frozenset({"exposures", "counts"}))


class Group:
    """Stands for aiokafka's coordinator, and its client; `topics` is what the broker tells next, time after time."""

    def __init__(self):
        self._client = self.cluster = self
        self.joined, self.committed, self.topics = [], [], []
        self.known = set(SUBSCRIPTION.topics)
        self.answer = asyncio.get_running_loop().create_future()

    def partitions_for_topic(self, topic):
        return {0, 1} if topic in self.known else None

    async def force_metadata_update(self):
        self.known = self.topics.pop(0)

    async def _do_rejoin_group(self, subscription):
        self.joined.append(subscription)
        return await self.answer

    async def _do_commit_offsets(self, _, offsets):
        self.committed.append(offsets)


@pytest.fixture
async def group(monkeypatch):
    monkeypatch.setattr(joining, "AGAIN_S", 0)
    made = Group()
    Joining().guard(made)
    return made


@pytest.mark.parametrize("fails", [False, True])
async def test_nothing_is_committed_while_the_group_is_being_joined(group, fails):
    """Its answer would come after that of the group, and throw the worker out again."""
    join = asyncio.ensure_future(group._do_rejoin_group(SUBSCRIPTION))
    await asyncio.sleep(0)
    with pytest.raises(RebalanceInProgressError):
        await group._do_commit_offsets("assignment", {"exposures": 3})
    group.answer.set_exception(KafkaError()) if fails else group.answer.set_result(True)
    await asyncio.wait([join])
    assert (join.exception() is not None) == fails
    await group._do_commit_offsets("assignment", {"exposures": 4})
    assert group.committed == [{"exposures": 4}]


async def test_who_does_not_know_all_topics_looks_again_before_it_joins(group):
    """It may become the leader, and would hand out what it knows of."""
    group.known, group.topics = {"exposures"}, [set(), {"exposures"}, SUBSCRIPTION.topics]
    group.answer.set_result(True)
    assert [await group._do_rejoin_group(SUBSCRIPTION) for _ in range(4)] == [False, False, False, True]
    assert group.joined == [SUBSCRIPTION]


async def test_but_not_for_ever(group, monkeypatch):
    said = []
    monkeypatch.setattr(joining, "die", said.append)
    monkeypatch.setattr(joining, "PATIENCE_S", -1)
    group.known, group.topics = {"exposures"}, [set()]
    await group._do_rejoin_group(SUBSCRIPTION)
    assert said == ["the broker does not know counts; run `peekproof topics plan`"]


async def test_the_patience_begins_anew_with_every_answer(group, monkeypatch):
    monkeypatch.setattr(joining, "die", pytest.fail)
    clock = iter([0.0, 130.0])
    monkeypatch.setattr(joining, "time", SimpleNamespace(monotonic=clock.__next__))
    group.answer.set_result(True)
    for _ in range(2):
        group.known, group.topics = {"exposures"}, [SUBSCRIPTION.topics]
        assert await group._do_rejoin_group(SUBSCRIPTION) is False
        assert await group._do_rejoin_group(SUBSCRIPTION) is True
