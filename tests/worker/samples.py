"""One experiment and its counts, for tests that need no broker."""

from streams.codecs import definitions
from streams.core.attribution import Attribution, Counts
from streams.core.cells import COUNTERS
from streams.core.definition import Catalogue
from streams.core.events import Record
from tests.worker.rig import DEFINITION, START, exposure

X = definitions.parse(DEFINITION.replace("ID", "one").encode())
CATALOGUE = Catalogue({"one": X})


def counts(partition, offset, clock=1_700_000_000_000, *, a=0, b=0, config_hash=X.config_hash):
    """Counts with that many exposures and units of either arm, both sources read to `offset`."""
    cells = [0] * X.layout.size
    cells[COUNTERS.index("exposures")] = a + b
    for variant, units in enumerate((a, b)):
        cells[X.layout.units.at(0, variant)] = units
    return Counts(X.id, X.epoch, config_hash, partition, (offset, offset), clock, cells)


def attribution(partition=0):
    return Attribution(CATALOGUE, partition)


def exposed(first, count=1):
    """Consecutive records, each a unit of its own that meets a variant."""
    return [
        Record(offset, START + offset, exposure("one", f"unit {offset}", "a", START + offset)[3])
        for offset in range(first, first + count)
    ]


def take(reading, records, kind="exposures"):
    """Put records into the state; what was refused."""
    return [refusal for refusals in reading.take(kind, records) for refusal in refusals]


class Broker:
    """Stands for Faust's producer and consumer: remembers what was sent, and answers what it was told to."""

    def __init__(self, **answers):
        self.sent = []
        self.calls = []
        self.headers = []
        self.answers = answers

    async def send(self, topic, key, value, partition, _, headers):
        self.headers.append(headers)
        self.sent.append((topic, partition, key, value))
        return self._acknowledged()

    async def send_packed(self, topic, partition, pieces):
        async for pairs in pieces:
            for key, value in pairs:
                await (await self.send(topic, key, value, partition, None, []))

    async def _acknowledged(self):
        self.calls.append("acknowledged")

    def hurry(self):
        self.calls.append("hurry")

    async def highwaters(self, *places):
        self.calls.append("highwaters")
        return {place: self.answers["ends"].get(tuple(place), 0) for place in places}

    async def reread(self, place, offset):
        self.calls.append(("reread", place, offset))

    def is_current(self, batch):
        return batch.era == self.answers.get("era", 0)

    async def publish(self, offsets):
        self.calls.append(("publish", dict(offsets)))

    def published(self, place):
        return self.answers.get("published", {}).get(place, 0)
