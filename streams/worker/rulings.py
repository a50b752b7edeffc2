"""The decision that counts last of each experiment, as the log has it: whoever takes over reads it before it judges."""

from typing import NamedTuple

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.core.definition import Experiment
from streams.core.topology import DECISIONS
from streams.settings import Settings
from streams.worker.snapshots.archive import reader


class _Said(msgspec.Struct):
    experiment_id: str
    epoch: int
    config_hash: str
    seq: int


class _Decision(msgspec.Struct):
    data: _Said


class Last(NamedTuple):
    """The decision of the highest number."""

    seq: int
    record: bytes


_decode = msgspec.json.Decoder(_Decision).decode


class Rulings:
    """Reads the log of decisions on from where it was read to."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._read_to: dict[TopicPartition, int] = {}
        self._last: dict[tuple[str, int, str], Last] = {}

    def last(self, x: Experiment) -> bytes | None:
        """The last decision of this version of an experiment, if there is one."""
        found = self._last.get((x.id, x.epoch, x.config_hash))
        return found and found.record

    def add(self, record: bytes) -> None:
        """In the order of the log: of two with one number the first counts."""
        said = _decode(record).data
        key = said.experiment_id, said.epoch, said.config_hash
        if key not in self._last or said.seq > self._last[key].seq:
            self._last[key] = Last(said.seq, record)

    async def read_on(self) -> None:
        """Read what there is now."""
        places = [TopicPartition(DECISIONS, p) for p in range(self._settings.evaluation_partitions)]
        async with reader(self._settings) as consumer:
            for place, end in (await consumer.end_offsets(places)).items():
                await self._read(consumer, place, end)

    async def _read(self, consumer: AIOKafkaConsumer, place: TopicPartition, end: int) -> None:
        if self._read_to.get(place, 0) >= end:
            return
        consumer.assign([place])
        consumer.seek(place, self._read_to.get(place, 0))
        while await consumer.position(place) < end:
            for record in (await consumer.getmany(place, timeout_ms=1_000)).get(place, ()):
                self.add(record.value)
        self._read_to[place] = await consumer.position(place)
