"""What one round sends, where, and what it remembers."""

import asyncio
from types import SimpleNamespace

import pytest
from faust.types import TP

from streams.codecs import counts as counts_codec
from streams.codecs import definitions
from streams.core.definition import Catalogue
from streams.core.events import Record
from streams.core.topology import COUNTS, partition_of
from streams.settings import Settings
from streams.worker import rounds as module
from streams.worker.readings import Readings
from streams.worker.rounds import Rounds
from tests.worker.rig import DEFINITION, START, exposure
from tests.worker.samples import CATALOGUE, Broker, take

HOME = partition_of(b"one", 4)


@pytest.fixture
def readings():
    readings = Readings(CATALOGUE, b"")
    readings.assign([2])
    readings[2].is_live = True
    return readings


@pytest.fixture
def broker():
    return Broker(ends={})


@pytest.fixture
def settings():
    return {"full_round_s": 3600, "max_lag_s": 7300}


@pytest.fixture
def run(readings, broker, settings):
    rounds = []
    app = SimpleNamespace(producer=broker, consumer=broker)

    async def catch_up(_):
        broker.calls.append("caught up")

    async def once(**how):
        rounds[:] = rounds or [Rounds(Settings(**settings), readings, catch_up)]
        broker.sent.clear()
        await rounds[0].run(app, **how)
        return [letter for letter in broker.sent if letter[0] == COUNTS]

    return once


def read(readings, offset, value=None):
    record = Record(offset, START, value or exposure("one", f"u{offset}", "a", START)[3])
    take(readings[2], [record])


async def test_counts_go_to_the_home_of_their_experiment(run, readings):
    read(readings, 0)
    ((_, partition, key, value),) = await run()
    (counts,) = counts_codec.decode(value)
    assert (partition, key) == (HOME, None)
    assert (counts.experiment, counts.partition, counts.offsets) == ("one", 2, (1, 0))


async def test_nothing_is_told_of_a_partition_before_it_is_known_how_old_it_is(run, readings):
    read(readings, 0)
    readings[2].is_live = False
    assert await run() == await run(last=True) == []
    readings[2].is_live = True
    assert len(await run()) == 1


async def test_counts_say_how_old_the_oldest_event_is_that_is_new_in_them(run, readings, broker):
    read(readings, 0)
    readings.fresh |= {2: START + 7, 3: START + 5}
    await run()
    await run(last=True)
    assert broker.headers == [[("oldest", str(START + 5).encode())], []]


async def test_how_old_historic_events_are_is_not_said(run, readings, broker, settings):
    settings["idle_clock"] = "record"
    readings.fresh[2] = START
    await run()
    assert (broker.headers, readings.fresh) == ([[]], {})


async def test_historic_records_are_told_of_at_once(run, readings, settings):
    readings[2].is_live = False
    settings["idle_clock"] = "record"
    read(readings, 0)
    assert len(await run()) == 1


async def test_only_what_has_changed_is_told_and_everything_in_a_full_round(run, readings):
    assert len(await run()) == 1
    assert await run() == []
    read(readings, 0)
    assert len(await run()) == 1
    assert await run() == []
    assert len(await run(last=True)) == 1


async def test_what_has_been_told_is_fetched_at_once(run, readings, broker):
    read(readings, 0)
    await run(last=True)
    assert broker.calls[:2] == ["acknowledged", "hurry"]


async def test_a_round_tells_of_what_is_there_to_be_read(run, readings, broker):
    read(readings, 0)
    await run()
    assert broker.calls[:4] == ["hurry", "caught up", "acknowledged", "hurry"]


async def test_what_is_published_is_committed_in_a_full_round(run, readings, broker):
    read(readings, 0, b"garbage")
    await run()
    assert broker.calls[-1] == ("publish", {TP("peekproof.exposures", 2): 0, TP("peekproof.conversions", 2): 0})
    readings[2].published["exposures"] = 1
    await run(last=True)
    assert broker.calls[-1] == ("publish", {TP("peekproof.exposures", 2): 1, TP("peekproof.conversions", 2): 0})


async def test_what_all_partitions_say_of_an_experiment_arrives_together(run, readings, settings):
    settings["idle_clock"] = "record"
    readings.assign(range(4))
    ((*_, value),) = await run()
    assert [(one.experiment, one.partition) for one in counts_codec.decode(value)] == [("one", p) for p in range(4)]


async def test_a_round_of_many_experiments_leaves_in_slices(broker, monkeypatch):
    monkeypatch.setattr(module, "SLICE", 3)
    names = [f"x{number}" for number in range(9)]
    readings = Readings(Catalogue({n: definitions.parse(DEFINITION.replace("ID", n).encode()) for n in names}), b"")
    readings.assign([0, 1])
    rounds = Rounds(Settings(idle_clock="record"), readings, asyncio.sleep)
    await rounds.run(SimpleNamespace(producer=broker, consumer=broker), last=True)
    told = [(home, counts_codec.decode(value)) for topic, home, _, value in broker.sent if topic == COUNTS]
    assert {len(slice_) for _, slice_ in told} <= {1, 2, 3}
    assert sorted((one.partition, one.experiment, home) for home, slice_ in told for one in slice_) == [
        (partition, name, partition_of(name.encode(), 4)) for partition in (0, 1) for name in names
    ]


async def test_others_work_while_a_round_leaves(run, readings, settings):
    settings["idle_clock"] = "record"
    turns = []

    async def other():
        while True:
            turns.append(None)
            await asyncio.sleep(0)

    readings.assign(range(4))
    task = asyncio.create_task(other())
    await run(last=True)
    task.cancel()
    assert len(turns) >= len(readings)
