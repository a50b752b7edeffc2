"""The guard of the source: a batch is taken where the state ends, or not at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from streams.codecs import rejected
from streams.core.topology import REJECTED
from streams.worker import failpoints
from streams.worker.reading import KIND_OF, Reading
from streams.worker.readings import Readings
from streams.worker.transport.batch import Batch


class Taking:
    """Takes batches into the state of their partition. The next one waits for it, so memory stays bounded."""

    def __init__(self, readings: Readings, app: Any) -> None:
        self._readings = readings
        self._app = app
        self._has_all = asyncio.Event()

    async def catch_up(self, seconds: float) -> None:
        """Return when all that a fetch brought has been taken, or after so long: from a quiet log nothing comes."""
        self._has_all.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._has_all.wait()

    async def take(self, batch: Batch) -> None:
        """Take the batch, and return when its rejected records are published."""
        await self._take(batch)
        if not batch.more:
            self._has_all.set()

    async def _take(self, batch: Batch) -> None:
        reading, kind = self._readings.get(batch.partition), KIND_OF[batch.topic]
        if reading is None:
            return
        if batch.start > reading.offsets[kind]:
            await self._reread(batch, reading, kind)
            return
        if reading.is_live and batch.parcel.end > reading.offsets[kind]:
            self._readings.fresh.setdefault(batch.partition, batch.parcel.first.timestamp)
        async with reading.lock:
            await self._app.producer.send_packed(REJECTED, batch.partition, self._refused(reading, kind, batch))
            reading.published[kind] = reading.offsets[kind]

    async def _refused(self, reading: Reading, kind: str, batch: Batch) -> AsyncIterator[list[tuple[bytes, bytes]]]:
        """What was rejected, piece by piece, but for what was published before the state was rebuilt."""
        tp, published = batch.tp, self._app.consumer.published(batch.tp)
        for refused in reading.take(kind, batch.records):
            failpoints.reach("after_state")
            yield [rejected.encode(why, record, tp) for why, record in refused if record.offset >= published]
            await asyncio.sleep(0)  # others have waited for a piece

    async def _reread(self, batch: Batch, reading: Reading, kind: str) -> None:
        """Seek back to the state, once for all batches that were on their way."""
        if self._app.consumer.is_current(batch):
            await self._app.consumer.reread(batch.tp, reading.miss(kind))
