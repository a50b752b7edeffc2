"""What one round sends, where, and what it remembers."""

from types import SimpleNamespace

import pytest
from faust.types import TP

from streams.codecs import counts as counts_codec
from streams.core.events import Record
from streams.core.topology import COUNTS, partition_of
from streams.settings import Settings
from streams.worker.readings import Readings
from streams.worker.rounds import Rounds
from tests.worker.rig import START, exposure
from tests.worker.samples import CATALOGUE, Broker, take

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
    rounds = Rounds(settings, readings)
    app = SimpleNamespace(producer=broker, consumer=broker)

    async def once(**how):
        broker.sent.clear()
        await rounds.run(app, **how)
        return [letter for letter in broker.sent if letter[0] == COUNTS]

    return once


def read(readings, offset, value=None):
    record = Record(offset, START, value or exposure("one", f"u{offset}", "a", START)[3])
    take(readings[2], [record])


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


async def test_what_is_published_is_committed_in_a_full_round(run, readings, broker):
    read(readings, 0, b"garbage")
    await run()
    assert broker.calls[-1] == ("publish", {TP("peekproof.exposures", 2): 0, TP("peekproof.conversions", 2): 0})
    readings[2].published["exposures"] = 1
    await run(last=True)
    assert broker.calls[-1] == ("publish", {TP("peekproof.exposures", 2): 1, TP("peekproof.conversions", 2): 0})
