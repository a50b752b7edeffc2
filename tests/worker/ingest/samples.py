"""A foreign topic, and stand-ins for what lies around ingest."""

import json

from faust.types import TP

from streams.codecs.foreign.base import Route
from streams.codecs.routes import Routes
from streams.core.events import Record
from streams.settings import Settings
from tests.worker.rig import START, exposure

ROUTES = Routes((Route("shop", "cloudevents"),))
PLACE = TP("shop", 5)
KEY = "pepper"
NOW = START + 1_000_000


def settings(**changes):
    return Settings(unit_key=KEY, **changes)


def records(first, count=1, at=START):
    """Consecutive foreign records, each an exposure of a unit of its own."""
    numbers = range(first, first + count)
    return [Record(n, at + n, exposure("one", f"unit {n}", "a", at + n)[3]) for n in numbers]


class Outlet:
    """Remembers what was written."""

    def __init__(self, **partitions):
        self.lines = []
        self.partitions = partitions

    async def write(self, lines):
        self.lines += lines

    async def partitions_of(self, topic):
        return self.partitions[topic]

    def values(self, topic):
        return [json.loads(line.value) for line in self.lines if line.topic == topic]
