"""The round: what the state says goes out as counts."""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from faust.types import TP

from streams.codecs import counts as counts_codec
from streams.core.attribution import Counts
from streams.core.topology import COUNTS, partition_of
from streams.settings import Settings
from streams.worker import failpoints
from streams.worker.outbox import Letter, send
from streams.worker.readings import Readings

SLICE = 250  # experiments in one record: neither may it outgrow the broker's limit, nor packing it stall the event loop


class Rounds:
    """Tells the counts of every partition of this worker."""

    def __init__(self, settings: Settings, readings: Readings) -> None:
        self._settings = settings
        self._readings = readings
        self._next_full = 0.0

    async def run(self, app: Any, *, last: bool = False) -> None:
        """One round; from time to time, and at the end, everything is told."""
        full = last or time.monotonic() >= self._next_full
        await send(app.producer, _one_by_one(self._counts(full)), pause=True)
        failpoints.reach("after_counts")
        if full:
            self._next_full = time.monotonic() + self._settings.full_round_s
            failpoints.reach("before_commit")
            await app.consumer.publish({TP(*place): offset for place, offset in self._readings.published().items()})

    def _counts(self, full: bool) -> Iterator[Letter]:
        """Packed one by one as they leave. Whoever is no longer the owner by then tells nothing newer than the next."""
        for partition, reading in [*self._readings.items()]:
            if not reading.is_live and self._settings.idle_clock == "wall":
                continue
            for home, counts in self._by_home(reading.attribution.counts(everything=full)).items():
                for first in range(0, len(counts), SLICE):
                    value = counts_codec.encode(counts[first : first + SLICE])
                    yield Letter(COUNTS, home, str(partition).encode(), value)

    def _by_home(self, counts: Iterable[Counts]) -> dict[int, list[Counts]]:
        homes = defaultdict(list)
        for one in counts:
            homes[partition_of(one.experiment.encode(), self._settings.evaluation_partitions)].append(one)
        return homes


def _one_by_one(letters: Iterable[Letter]) -> Iterator[Letter]:
    for letter in letters:
        yield letter
        failpoints.reach("mid_counts")
