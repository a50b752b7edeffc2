"""The round: what has been read goes into the state, what the state says goes out as counts."""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from faust.types import TP

from streams.codecs import counts as counts_codec
from streams.codecs import rejected as rejected_codec
from streams.core.attribution import Counts
from streams.core.topology import COUNTS, REJECTED, partition_of
from streams.settings import Settings
from streams.worker.clock import IdleClock
from streams.worker.outbox import Letter, send
from streams.worker.reading import SOURCES, Refusal
from streams.worker.readings import Readings


class Rounds:
    """Drives the attribution of every partition of this worker."""

    def __init__(self, settings: Settings, readings: Readings, clock: IdleClock) -> None:
        self._settings = settings
        self._readings = readings
        self._clock = clock
        self._next_full = 0.0

    async def run(self, app: Any, *, last: bool = False) -> None:
        """One round; from time to time, and at the end, everything is told."""
        full = last or time.monotonic() >= self._next_full
        refusals = [refusal for reading in self._readings.values() for refusal in reading.apply()]
        applied = self._readings.positions()
        if missed := self._readings.missed():
            await app.consumer.reread(missed)
        await self._clock.tick(app.consumer)
        await send(app.producer, list(self._counts(full)))
        await send(app.producer, list(_rejects(refusals, app.consumer.published())))
        if full:
            self._next_full = time.monotonic() + self._settings.full_round_s
            await app.consumer.publish({TP(*place): offset for place, offset in applied.items()})

    def _counts(self, full: bool) -> Iterator[Letter]:
        for partition, reading in self._readings.items():
            for home, counts in self._by_home(reading.attribution.counts(everything=full)).items():
                yield Letter(COUNTS, home, str(partition).encode(), counts_codec.encode(counts))

    def _by_home(self, counts: Iterable[Counts]) -> dict[int, list[Counts]]:
        homes = defaultdict(list)
        for one in counts:
            homes[partition_of(one.experiment.encode(), self._settings.evaluation_partitions)].append(one)
        return homes


def _rejects(refusals: Iterable[Refusal], published: Mapping[TP, int]) -> Iterator[Letter]:
    """Those that have not been published before the state was rebuilt."""
    for partition, rejected, record in refusals:
        topic = SOURCES[rejected.kind]
        if rejected.offset >= published.get(TP(topic, partition), 0):
            key = f"{topic}/{partition}/{rejected.offset}".encode()
            yield Letter(REJECTED, partition, key, rejected_codec.encode(rejected, record, partition))
