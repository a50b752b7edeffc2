"""Reads what snapshots there are of a partition, whoever took them."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaConnectionError

from streams.core.topology import SNAPSHOTS
from streams.settings import Settings
from streams.worker.app import PATIENCE_S

FETCH_BYTES = 8 << 20
WAIT_MS = 10  # a fetch at the end of one log holds up the first of the next
AGAIN_S = 0.5

Found = dict[bytes, bytes]


@asynccontextmanager
async def reader(settings: Settings) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer of no group. The broker may be away for a moment."""
    consumer = await _started(settings, time.monotonic() + PATIENCE_S)
    try:
        yield consumer
    except asyncio.CancelledError:
        await consumer.stop()
        raise
    await consumer.stop()  # after any other error the process ends, and must not wait for a client that hangs


async def latest(consumer: AIOKafkaConsumer, partition: int) -> Found:
    """The latest value of every key."""
    tp = TopicPartition(SNAPSHOTS, partition)
    consumer.assign([tp])
    await consumer.seek_to_beginning(tp)
    end, found = (await consumer.end_offsets([tp]))[tp], Found()
    while await consumer.position(tp) < end:
        for record in (await consumer.getmany(tp, timeout_ms=1_000)).get(tp, ()):
            if record.value is None:
                found.pop(record.key, None)
            else:
                found[record.key] = record.value
    return found


async def _started(settings: Settings, deadline: float) -> AIOKafkaConsumer:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.bootstrap_servers,
        max_partition_fetch_bytes=FETCH_BYTES,
        fetch_max_wait_ms=WAIT_MS,
    )
    try:
        await consumer.start()
    except (KafkaConnectionError, asyncio.CancelledError) as error:
        await consumer.stop()
        if isinstance(error, asyncio.CancelledError) or time.monotonic() > deadline:
            raise
        await asyncio.sleep(AGAIN_S)
        return await _started(settings, deadline)
    return consumer
