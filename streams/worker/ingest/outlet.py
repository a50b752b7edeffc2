"""Writes to the canonical logs, a batch to each partition at a time: aiokafka asks 20 us for a record sent alone."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer

from streams.settings import Settings
from streams.worker.app import PATIENCE_S

BATCH_BYTES = 1 << 19
REQUEST_BYTES = 4 << 20


class Line(NamedTuple):
    """A record to be written; without a timestamp it has the present one."""

    topic: str
    partition: int
    timestamp: int | None
    key: bytes
    value: bytes


class Outlet:
    """A producer; made and used on one event loop."""

    def __init__(self, settings: Settings) -> None:
        self._producer = AIOKafkaProducer(
            bootstrap_servers=settings.bootstrap_servers,
            acks="all",
            max_batch_size=BATCH_BYTES,
            max_request_size=REQUEST_BYTES,
            request_timeout_ms=int(PATIENCE_S * 1000),
        )

    async def start(self) -> None:
        """Connect."""
        await self._producer.start()

    async def stop(self) -> None:
        """Write what is on its way, and disconnect."""
        await self._producer.stop()

    async def partitions_of(self, topic: str) -> int:
        """How many a topic has; of its group only the leader's consumer knows."""
        return len(await self._producer.partitions_for(topic))

    async def write(self, lines: Iterable[Line]) -> None:
        """Write in order, partition by partition, and return when every record is in its log."""
        by_place = defaultdict(list)
        for line in lines:
            by_place[line.topic, line.partition].append(line)
        await asyncio.gather(*(self._write(*place, own) for place, own in by_place.items()))

    async def _write(self, topic: str, partition: int, lines: Sequence[Line]) -> None:
        batches = self._batches(lines)
        await asyncio.gather(*[await self._producer.send_batch(one, topic, partition=partition) for one in batches])

    def _batches(self, lines: Sequence[Line]) -> list[Any]:
        batches = [self._producer.create_batch()]
        for _, _, timestamp, key, value in lines:
            if batches[-1].append(timestamp=timestamp, key=key, value=value) is None:  # full
                batches.append(self._producer.create_batch())
                batches[-1].append(timestamp=timestamp, key=key, value=value)
        return batches
