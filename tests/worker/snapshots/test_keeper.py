"""Where a state goes on from after an assignment."""

from contextlib import asynccontextmanager

import pytest

from streams.settings import Settings
from streams.worker.readings import Readings
from streams.worker.snapshots import archive
from streams.worker.snapshots.keeper import Keeper
from tests.worker.samples import CATALOGUE, Broker, X, exposed, take


@pytest.fixture
def log(monkeypatch):
    """What there is to be read of each partition."""
    found = {}

    @asynccontextmanager
    async def reader(_):
        yield None

    async def latest(_, partition):
        return found.get(partition, {})

    monkeypatch.setattr(archive, "reader", reader)
    monkeypatch.setattr(archive, "latest", latest)
    return found


class Worker:
    """A keeper with what it keeps."""

    def __init__(self, log, key="", catalogue=CATALOGUE, **settings):
        settings = Settings(unit_key=key, **settings)
        self.log, self.broker, self.readings = log, Broker(), Readings(catalogue, settings.key)
        self.keeper = Keeper(settings, catalogue, self.readings)

    async def assign(self, *partitions):
        self.keeper.begin(await self.keeper.find(partitions))
        return self.offsets()

    async def keep(self):
        await self.keeper.take(self.broker)
        for _, partition, key, value in self.broker.sent:
            records = self.log.setdefault(partition, {})
            records.pop(key, None) if value is None else records.update({key: value})

    def read(self, partition, count):
        reading = self.readings[partition]
        take(reading, exposed(reading.offsets["exposures"], count))

    def offsets(self):
        return {partition: reading.offsets["exposures"] for partition, reading in self.readings.items()}


async def test_without_any_snapshot_states_begin_at_0(log):
    assert await Worker(log).assign(1, 3) == {1: 0, 3: 0}


async def test_a_successor_goes_on_from_what_was_kept(log):
    left, right = Worker(log), Worker(log)
    await left.assign(0, 1)
    left.read(0, 7)
    left.read(1, 5)
    await left.keep()
    assert await right.assign(1) == {1: 5}
    assert right.readings[1].published == right.readings[1].began == {"exposures": 5, "conversions": 0}
    assert right.readings[1].attribution.units == 5


async def test_a_memory_that_is_as_new_is_kept_and_an_older_one_is_not(log):
    stays, other = Worker(log), Worker(log)
    await stays.assign(0)
    stays.read(0, 5)
    await stays.keep()
    memory = stays.readings[0]
    await stays.assign(0)
    assert stays.readings[0] is memory
    await other.assign(0)
    other.read(0, 3)
    await other.keep()
    assert await stays.assign(0) == {0: 8}
    assert stays.readings[0] is not memory


async def test_what_was_counted_by_other_experiments_or_with_another_key_is_counted_anew(log):
    worker = Worker(log)
    await worker.assign(0)
    worker.read(0, 5)
    await worker.keep()
    assert await Worker(log).assign(0) == {0: 5}
    assert await Worker(log, key="another").assign(0) == {0: 0}
    assert await Worker(log, catalogue=type(CATALOGUE)({})).assign(0) == {0: 0}


async def test_one_may_ask_for_everything_to_be_counted_anew(log):
    worker = Worker(log)
    await worker.assign(0)
    worker.read(0, 5)
    await worker.keep()
    anew = Worker(log, restore_from="source")
    assert await anew.assign(0) == {0: 0}
    anew.read(0, 3)
    await anew.keep()
    assert await Worker(log).assign(0) == {0: 3}


async def test_after_every_assignment_a_whole_snapshot_replaces_what_was_there(log):
    worker = Worker(log)
    await worker.assign(0)
    worker.read(0, 5)
    await worker.keep()
    first = set(log[0])
    await worker.assign(0)
    await worker.keep()
    assert len(log[0]) == len(first)
    assert not first & set(log[0])


async def test_it_says_how_far_the_snapshots_cover_and_when_it_searches(log, monkeypatch):
    worker = Worker(log)
    await worker.assign(0)
    assert (worker.keeper.covers, worker.keeper.is_searching) == ({0: None}, False)
    await worker.keep()
    assert worker.keeper.covers[0] > 1_700_000_000_000
    seen = []
    monkeypatch.setattr(worker.keeper, "_restore", lambda *_: seen.append(worker.keeper.is_searching))
    await worker.assign(0)
    assert (seen, worker.keeper.is_searching, X.id) == ([True], False, "one")


async def test_whoever_can_not_read_the_snapshots_searches_no_longer(log, monkeypatch):
    worker = Worker(log)
    monkeypatch.delattr(archive, "latest")
    with pytest.raises(AttributeError):
        await worker.assign(0)
    assert not worker.keeper.is_searching
