"""Where a state is kept: with its experiment, whatever is being read when it is written."""

from types import SimpleNamespace

from faust.streams import _current_event

from streams.core.topology import partition_of
from streams.settings import Settings
from streams.worker.app import make_app
from streams.worker.readings import Readings
from streams.worker.tables import make_table
from tests.worker.samples import CATALOGUE

PARTITIONS = 4


async def test_every_experiment_has_its_place_in_the_changelog():
    table = make_table(make_app(Settings(), Readings(CATALOGUE, b"")), PARTITIONS)
    names = [b"one", b"two", b"three", b"four", b"five"]
    homes = [partition_of(name, PARTITIONS) for name in names]
    assert len(set(homes)) > 1
    for partition in range(PARTITIONS):
        _current_event.set(lambda at=partition: SimpleNamespace(message=SimpleNamespace(partition=at)))
        assert [table.partition_for_key(name) for name in names] == homes
