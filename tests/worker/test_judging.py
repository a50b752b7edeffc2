"""The order in which a judgement reaches the world: table, decisions, evidence."""

import asyncio
import hashlib
import json
from functools import partial
from types import SimpleNamespace

import pytest

from streams.codecs import definitions
from streams.core import evaluation
from streams.core.definition import Catalogue
from streams.core.look import Recency
from streams.core.topology import DECISIONS, EVIDENCE, partition_of
from streams.worker import judging as module
from streams.worker.case import Looks
from streams.worker.delays import Delays
from streams.worker.judging import Judging
from tests.worker.rig import DEFINITION
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


async def test_a_look_is_as_recent_as_the_present_says(broker):
    now = counts(0, 10).clock
    judging = Judging(CATALOGUE, Table(broker), 4, lambda: Recency(now + 1, now + 1))
    judging.restart(ENDS)
    await judge(judging, broker, a=50, b=50)
    assert [json.loads(value)["data"]["verdict"] for *_, value in broker.sent] == ["held"]


async def test_what_was_begun_before_partitions_went_is_not_sent(judging, broker, monkeypatch):
    monkeypatch.setattr(Table, "settle", closing(judging, "settled"))
    await judge(judging, broker, a=50, b=50)
    assert (broker.sent, judging.cases) == ([], {})


async def test_the_table_is_not_written_for_partitions_that_have_gone(judging, broker):
    broker._acknowledged = partial(closing(judging, "acknowledged"), SimpleNamespace(broker=broker))
    await judge(judging, broker, a=50, b=50)
    assert broker.calls[-2:] == ["settled", "acknowledged"]


async def test_a_look_that_was_begun_before_partitions_went_is_not_ended(judging, broker, monkeypatch):
    await judging.take([counts(0, 10, a=50, b=50)], broker)
    monkeypatch.setattr(module.known, "ask", lambda _: judging.restart(ENDS))
    await judging.take([counts(1, 10, a=50, b=50)], broker)
    assert (broker.sent, "written" in broker.calls, judging.cases) == ([], False, {})


async def test_others_work_between_evidence_intervals_and_decisions(judging, broker, monkeypatch):
    steps, asked, ended = [], module.known.ask, Looks.end
    monkeypatch.setattr(module.known, "ask", lambda wanted: steps.append("intervals") or asked(wanted))
    monkeypatch.setattr(Looks, "end", lambda looks: steps.append("decisions") or ended(looks))

    async def other():
        while True:
            steps.append("other")
            await asyncio.sleep(0)

    await judging.take([counts(0, 10, a=50, b=50)], broker)
    steps.clear()
    task = asyncio.create_task(other())
    await judging.take([counts(1, 10, a=50, b=50)], broker)
    task.cancel()
    at = steps.index("intervals")
    assert steps[at - 1 : at + 3] == ["other", "intervals", "other", "decisions"]


def closing(judging, what):
    """Partitions go while the broker is being waited for."""

    async def close(table):
        table.broker.calls.append(what)
        judging.close()

    return close


async def test_between_two_assignments_nothing_is_judged(judging, broker):
    judging.close()
    await judge(judging, broker, a=50, b=50)
    await judging.tell(broker)
    assert (broker.calls, broker.sent, judging.cases) == ([], [], {})


async def test_a_successor_whose_table_is_gone_goes_on_from_the_last_decision(judging, broker):
    await judge(judging, broker, a=50, b=50)
    ((*_, first),) = broker.sent
    successor = Judging(CATALOGUE, Table(broker), 4)
    successor.restart(ENDS, lambda _: first)
    await judge(successor, broker, a=50, b=50)
    assert len(broker.sent) == 1
    clock = counts(0, 10).clock + 3 * 86_400_000
    for partition in ENDS:
        await successor.take([counts(partition, 11, clock, a=50, b=50)], broker)
    (_, (*_, second)) = broker.sent
    said = json.loads(second)["data"]
    assert (said["seq"], said["verdict"]) == (2, "no_data")
    assert said["previous_hash"] == hashlib.sha256(first).hexdigest()


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


NAMES = [f"x{number}" for number in range(40)]
MANY = Catalogue({name: definitions.parse(DEFINITION.replace("ID", name).encode()) for name in NAMES})


def of(name, partition, offset, **units):
    x = MANY.experiments[name]
    return counts(partition, offset, config_hash=x.config_hash, **units)._replace(experiment=name)


@pytest.fixture
async def many(broker):
    judging = Judging(MANY, Table(broker), 4)
    judging.restart(ENDS)
    for partition in ENDS:
        await judging.take([of(name, partition, 10, a=50, b=50) for name in NAMES], broker)
    broker.sent.clear()
    return judging


def told(broker):
    """Experiments in the order in which their evidence was published."""
    return [key.decode() for topic, _, key, _ in broker.sent if topic == EVIDENCE and b"@" not in key]


async def test_experiments_are_judged_in_pieces_and_others_work_between_them(many, broker, monkeypatch):
    monkeypatch.setattr(module, "PIECE", 16)
    set_out, sizes, turns = evaluation.set_out, [], []
    monkeypatch.setattr(evaluation, "set_out", lambda asked, *rest: sizes.append(len(asked)) or set_out(asked, *rest))

    async def other():
        while True:
            turns.append(len(sizes))
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    await many.take([of(name, 0, 11, a=51, b=50) for name in NAMES], broker)
    task.cancel()
    assert sizes == [16, 16, 8]
    assert {1, 2, 3} <= {*turns}


async def test_what_comes_at_once_is_one_look_and_is_not_waited_for_without_end(many, broker, monkeypatch):
    monkeypatch.setattr(module, "TOGETHER", 3)
    set_out, arrived = evaluation.set_out, []
    monkeypatch.setattr(evaluation, "set_out", lambda asked, *rest: arrived.append(asked) or set_out(asked, *rest))
    for number in range(4):
        await many.take([of("x0", 0, 11 + number, a=51 + number, b=50)], broker, more=True)
    await many.take([of("x0", 1, 11, a=51, b=50)], broker)
    assert [[one.offsets[0] for one in asked.arrived] for (asked,) in arrived] == [[11, 12, 13], [14, 11]]


async def test_delays_are_those_of_the_look_that_ends_them(many, broker):
    many.delays = Delays(lambda: 5_000)
    await many.take([of("x0", 0, 11, a=51, b=50)], broker, since=[4_850], more=True)
    assert many.delays.told["buckets"]["+Inf"] == 0
    await many.take([of("x1", 0, 11, a=51, b=50)], broker, since=[4_950])
    assert [many.delays.told["buckets"][bound] for bound in ("0.1", "0.2", "+Inf")] == [1, 2, 2]


async def test_before_an_experiment_may_be_judged_nothing_has_been_waited_for(judging, broker):
    await judging.take([counts(0, 10, a=50, b=50)], broker, since=[1])
    assert judging.delays.told["sum"] == 0


async def test_what_waits_when_partitions_go_is_not_judged_by_the_next_owner(many, broker):
    await many.take([of("x0", 0, 11, a=51, b=50)], broker, more=True)
    many.restart(ENDS)
    await many.take([of("x1", 0, 11, a=51, b=50)], broker)
    assert [*many.cases] == ["x1"]


async def test_what_is_being_unpacked_when_partitions_go_is_not_judged_either(many, broker, monkeypatch):
    monkeypatch.setattr(module, "READ", 1)
    taking = asyncio.create_task(many.take([of("x0", 0, 11, a=51, b=50)] * 2, broker))
    await asyncio.sleep(0)
    many.restart(ENDS)
    await taking
    assert many.cases == {}


async def test_a_flood_of_one_experiment_is_one_look_and_delays_no_other(many, broker, monkeypatch):
    set_out, asked = evaluation.set_out, []
    monkeypatch.setattr(evaluation, "set_out", lambda given, *rest: asked.extend(given) or set_out(given, *rest))
    flood = [of("x0", 0, 10 + number, a=50 + number, b=50) for number in range(1, 2_000)]
    await many.take([*flood, *(of(name, 0, 11, a=51, b=50) for name in NAMES[1:])], broker)
    assert [one.x.id for one in asked] == NAMES
    assert {len(one.arrived) for one in asked} == {1, 1_999}
    assert {case.state.parts["0"].offsets[0] for name, case in many.cases.items() if name != "x0"} == {11}


async def test_who_has_waited_longest_is_told_of_first_whoever_moves_all_the_time(many, broker, monkeypatch):
    monkeypatch.setattr(module, "MOST", 16)
    for number in range(3):
        await many.take([of("x0", 0, 11 + number, a=51 + number, b=50)], broker)
        await many.tell(broker)
    assert [*NAMES, "x0"] == told(broker)[:41]


async def test_of_however_many_all_are_told_in_a_few_turns(many, broker, monkeypatch):
    monkeypatch.setattr(module, "MOST", 4)
    for turn, most in enumerate((20, 30, 35, 39, 40)):
        await many.tell(broker)
        assert told(broker) == NAMES[:most], turn


async def test_all_that_waits_is_told_in_pieces(many, broker):
    await many.tell(broker)
    assert told(broker) == NAMES


async def test_whoever_tells_evidence_takes_a_breath_after_each_piece(many, broker, monkeypatch):
    monkeypatch.setattr(module, "BREATH_S", 3_600)
    task = asyncio.create_task(many.tell(broker))
    await asyncio.wait([task], timeout=0.1)
    assert told(broker) == NAMES[: module.DEAR]
    task.cancel()


async def test_of_experiments_with_several_metrics_fewer_are_told_in_one_go(broker):
    metric = DEFINITION[DEFINITION.index("{id: bought") : DEFINITION.index("]\nschedule")]
    more = metric.replace("primary", "secondary")
    several = ", ".join([metric, *(more.replace("bought", f"bought{n}") for n in range(4))])
    texts = [DEFINITION.replace(metric, several).replace("ID", name).encode() for name in NAMES]
    catalogue = Catalogue({x.id: x for x in map(definitions.parse, texts)})
    portions = [*Judging(catalogue, Table(broker), 4)._portions(NAMES)]
    assert [name for piece in portions for name in piece] == NAMES
    assert {len(piece) for piece in portions[:-1]} == {4, 5}


async def test_nothing_is_told_for_who_lost_the_experiments_meanwhile(many, broker, monkeypatch):
    send = module.send

    async def lose(*letters):
        await send(*letters)
        many.restart(ENDS)

    monkeypatch.setattr(module, "send", lose)
    await many.tell(broker)
    assert told(broker) == NAMES[: module.DEAR]
