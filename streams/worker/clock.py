"""What lets a partition's clock go on when no record does (contracts.md, rule 9)."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from aiokafka.errors import KafkaError
from faust.exceptions import ConsumerNotStarted
from faust.types import TP

from streams.core.look import Recency
from streams.settings import Settings
from streams.worker.reading import SOURCES, Reading
from streams.worker.readings import Place, Readings

MARGIN_MS = 2_000  # the broker's clock may run behind ours


def wall_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def recency(settings: Settings, now: Callable[[], int] = wall_ms) -> Recency | None:
    """What counts must have reached by now; nothing if record times may be historic."""
    if settings.idle_clock == "record":
        return None
    present, limit = now(), int(settings.max_lag_s * 1000)
    return Recency(present - limit, present - limit // 2)


class IdleClock:
    """Advances the partitions that have been read to the end, and knows how far the others lag."""

    def __init__(self, settings: Settings, readings: Readings, now: Callable[[], int] = wall_ms) -> None:
        self._settings = settings
        self._readings = readings
        self._now = now
        self._ends: dict[int, Mapping[str, int]] = {}

    async def tick(self, consumer: Any) -> None:
        """Ask the broker how long the logs are and advance what is at their end. Frozen while the broker is away."""
        held = dict(self._readings)  # a rebalance may change them while the broker answers
        if not held:
            return
        asked = self._now()  # everything appended before this moment lies below the answer
        try:
            answer = await consumer.highwaters(*(TP(topic, p) for p in held for topic in SOURCES.values()))
        except (KafkaError, ConsumerNotStarted):
            return
        self._ends = {p: {kind: answer[TP(topic, p)] for kind, topic in SOURCES.items()} for p in held}
        for partition, reading in held.items():
            self._advance(reading, self._ends[partition], asked)

    def lag(self, partition: int) -> int:
        """Records the state of a partition is behind its logs, when they were last asked."""
        offsets = self._readings[partition].offsets
        return sum(max(0, end - offsets[kind]) for kind, end in self._ends.get(partition, {}).items())

    def lag_seconds(self, partition: int) -> float | None:
        """How long ago it was what the state of a partition has reached; None of historic record times."""
        clock = self._readings[partition].attribution.clock
        if self._settings.idle_clock == "record" or not clock:
            return None
        return max(0, self._now() - MARGIN_MS - clock) / 1000

    def lagging(self) -> list[int]:
        """Partitions whose age holds verdicts."""
        ages = {partition: self.lag_seconds(partition) or 0 for partition in self._readings}
        return [partition for partition, age in ages.items() if age > self._settings.max_lag_s]

    def behind(self) -> dict[Place, int]:
        """Logs that go on above the state, and its offset."""
        return {
            (SOURCES[kind], partition): reading.offsets[kind]
            for partition, reading in self._readings.items()
            for kind, end in self._ends.get(partition, {}).items()
            if end > reading.offsets[kind]
        }

    def _advance(self, reading: Reading, ends: Mapping[str, int], asked: int) -> None:
        reading.targets = reading.targets or dict(ends)
        if self._settings.idle_clock == "wall":
            for kind, end in ends.items():
                if reading.offsets[kind] >= end:
                    reading.attribution.idle(kind, asked - MARGIN_MS)
        elif self._settings.until is not None and reading.caught_up:
            reading.attribution.advance(self._settings.until)
        reading.is_live |= reading.caught_up and reading.attribution.clock > 0
