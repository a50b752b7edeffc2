"""A consumer of ours whose thread, and so the broker, is played by the test."""

import pytest
from aiokafka.structs import ConsumerRecord
from faust.types import TP

from streams.core.topology import CONVERSIONS, COUNTS, EVALUATION_CHANGELOG, EXPOSURES
from streams.settings import Settings
from streams.worker.app import make_app
from streams.worker.readings import Readings
from streams.worker.tables import make_table
from tests.worker.samples import CATALOGUE

EXPOSED, CONVERTED, COUNTED = TP(EXPOSURES, 0), TP(CONVERSIONS, 0), TP(COUNTS, 1)
CHANGELOG = TP(EVALUATION_CHANGELOG, 1)
ASSIGNED = {EXPOSED, CONVERTED, COUNTED, CHANGELOG}


class DiedError(Exception):
    """Stands for the end of the process."""


class Thread:
    """Stands for the thread in which aiokafka's consumer lives."""

    def __init__(self):
        self.calls = []
        self.committed = dict.fromkeys(ASSIGNED)
        self.ends = dict.fromkeys(ASSIGNED, 100)
        self.earliest = dict.fromkeys(ASSIGNED, 0)
        self.fetched = {}

    def assignment(self):
        return ASSIGNED

    async def seek_to_committed(self):
        return self.committed

    async def highwaters(self, *places):
        return {place: self.ends[place] for place in places}

    async def earliest_offsets(self, *places):
        return {place: self.earliest[place] for place in places}

    async def seek_wait(self, positions):
        self.calls.append(("seek", dict(positions)))

    async def commit(self, offsets):
        self.calls.append(("commit", dict(offsets)))
        return True

    async def getmany(self, active, *_):
        self.calls.append(("fetch", active))
        return self.fetched


@pytest.fixture
async def consumer(monkeypatch):
    def die(reason, *_, **__):
        raise DiedError(reason)

    for module in ("positions", "refusals"):
        monkeypatch.setattr(f"streams.worker.transport.{module}.die", die)
    app = make_app(Settings(), Readings(CATALOGUE, b""))
    make_table(app, 4)
    app.readings.assign([0])
    app.consumer_generation_id = 7
    app.consumer._thread.thread_loop.close()
    app.consumer._thread = Thread()
    app.consumer.resume_flow()
    return app.consumer


def record(place, offset, value=b"{}"):
    """A record as aiokafka hands it to its users."""
    return ConsumerRecord(*place, offset, 1_700_000_000_000 + offset, 0, b"key", value, None, 3, len(value), ())
