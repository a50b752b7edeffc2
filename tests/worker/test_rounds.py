"""What one round sends, where, and what it remembers."""

import json
from types import SimpleNamespace

import pytest
from faust.types import TP

from streams.codecs import counts as counts_codec
from streams.core.events import Record
from streams.core.topology import COUNTS, REJECTED, partition_of
from streams.settings import Settings
from streams.worker.clock import IdleClock
from streams.worker.readings import Readings
from streams.worker.rounds import Rounds
from tests.worker.rig import START, exposure
from tests.worker.samples import CATALOGUE, Broker

HOME = partition_of(b"one", 4)


@pytest.fixture
def readings():
    readings = Readings(CATALOGUE, b"")
    readings.assign([2])
    return readings


@pytest.fixture
def broker():
    return Broker(ends={})


@pytest.fixture
def run(readings, broker):
    settings = Settings(full_round_s=3600)
    rounds = Rounds(settings, readings, IdleClock(settings, readings, now=lambda: 0))
    app = SimpleNamespace(producer=broker, consumer=broker)

    async def once(**how):
        broker.sent.clear()
        await rounds.run(app, **how)
        return [letter for letter in broker.sent if letter[0] == COUNTS]

    return once


def read(readings, offset, value=None):
    record = Record(offset, START, value or exposure("one", f"u{offset}", "a", START)[3])
    readings.collect("peekproof.exposures", 2, record)


async def test_counts_go_to_the_home_of_their_experiment_under_the_name_of_their_partition(run, readings):
    read(readings, 0)
    ((_, partition, key, value),) = await run()
    (counts,) = counts_codec.decode(value)
    assert (partition, key) == (HOME, b"2")
    assert (counts.experiment, counts.partition, counts.offsets) == ("one", 2, (1, 0))


async def test_only_what_has_changed_is_told_and_everything_in_a_full_round(run, readings):
    assert len(await run()) == 1
    assert await run() == []
    read(readings, 0)
    assert len(await run()) == 1
    assert await run() == []
    assert len(await run(last=True)) == 1


async def test_a_refused_record_is_published_with_its_place(run, readings, broker):
    read(readings, 0, b"garbage")
    await run()
    ((partition, key, value),) = [letter[1:] for letter in broker.sent if letter[0] == REJECTED]
    assert (partition, key) == (2, b"peekproof.exposures/2/0")
    assert json.loads(value)["reason"] == "malformed"


async def test_what_was_published_before_a_rebuild_is_not_published_again(run, readings, broker):
    broker.answers["published"] = {TP("peekproof.exposures", 2): 1}
    read(readings, 0, b"garbage")
    read(readings, 1, b"garbage")
    await run()
    assert [letter[2] for letter in broker.sent if letter[0] == REJECTED] == [b"peekproof.exposures/2/1"]


async def test_positions_are_committed_after_the_refusals_below_them_are_out(run, readings, broker):
    read(readings, 0, b"garbage")
    await run()
    assert broker.calls[-2:] == [
        "acknowledged",
        ("publish", {TP("peekproof.exposures", 2): 1, TP("peekproof.conversions", 2): 0}),
    ]


async def test_a_gap_is_read_again(run, readings, broker):
    read(readings, 7)
    await run()
    assert ("reread", {("peekproof.exposures", 2): 0}) in broker.calls
