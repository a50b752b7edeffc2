"""The order in which a judgement reaches the world: table, decisions, evidence."""

import json

import pytest

from streams.core.topology import DECISIONS, EVIDENCE, partition_of
from streams.worker.judging import Judging
from tests.worker.samples import CATALOGUE, Broker, counts

ENDS = {0: (10, 10), 1: (10, 10)}
HOME = partition_of(b"one", 4)


class Table(dict):
    """A table whose writes are settled when the test's broker says so."""

    def __init__(self, broker):
        super().__init__()
        self.broker = broker

    def __setitem__(self, key, value):
        self.broker.calls.append("written")
        super().__setitem__(key, value)

    async def settle(self):
        self.broker.calls.append("settled")


@pytest.fixture
def broker():
    return Broker()


@pytest.fixture
def judging(broker):
    judging = Judging(CATALOGUE, Table(broker), 4)
    judging.restart(ENDS)
    return judging


async def judge(judging, broker, **units):
    for partition in ENDS:
        await judging.take([counts(partition, 10, **units)], broker)


async def test_a_decision_leaves_after_the_table_knows_it_and_is_then_crossed_off(judging, broker):
    await judge(judging, broker, a=50, b=50)
    assert broker.calls == ["settled", "written", "settled", "acknowledged", "written"]
    ((topic, partition, key, value),) = broker.sent
    assert (topic, partition, key) == (DECISIONS, HOME, b"one")
    assert json.loads(value)["data"]["verdict"] == "continue"


async def test_a_decision_whose_sending_failed_is_sent_by_the_successor(judging, broker):
    broker.send = None
    with pytest.raises(TypeError):
        await judge(judging, broker, a=50, b=50)
    del broker.send
    judging.restart(ENDS)
    await judge(judging, broker, a=50, b=50)
    assert [topic for topic, *_ in broker.sent] == [DECISIONS]
    judging.restart(ENDS)
    await judge(judging, broker, a=50, b=50)
    assert len(broker.sent) == 1


async def test_evidence_is_told_once_for_all_looks_since_the_last_time(judging, broker):
    await judge(judging, broker, a=50, b=50)
    await judging.take([counts(0, 11, a=51, b=50)], broker)
    broker.sent.clear()
    await judging.tell(broker)
    (latest, point) = broker.sent
    assert latest[:3] == (EVIDENCE, HOME, b"one")
    assert json.loads(latest[3])["metrics"]["bought"]["a"]["units"] == 101
    assert point[2].startswith(b"one@")
    assert json.loads(point[3])["units"] == {"a": 101, "b": 100}
    await judging.tell(broker)
    assert len(broker.sent) == 2


async def test_evidence_in_which_only_the_clock_has_moved_can_wait(judging, broker):
    await judge(judging, broker, a=50, b=50)
    await judging.tell(broker)
    broker.sent.clear()
    await judging.take([counts(0, 10, 1_700_000_005_000, a=50, b=50)], broker)
    await judging.tell(broker)
    assert broker.sent == []


async def test_nothing_is_told_of_an_experiment_that_waits(judging, broker):
    await judging.take([counts(0, 10, a=50, b=50)], broker)
    await judging.tell(broker)
    assert broker.sent == []


async def test_counts_of_an_unknown_experiment_are_left_alone(judging, broker):
    await judging.take([counts(0, 10)._replace(experiment="gone")], broker)
    assert judging.cases == {}


async def test_stale_counts_are_remembered_across_assignments(judging, broker):
    await judge(judging, broker)
    await judging.take([counts(0, 3)], broker)
    judging.restart(ENDS)
    assert judging.stale == 1
