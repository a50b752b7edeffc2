"""The last moment before something leaves: what only an owner may write leaves within the lease, or not at all."""

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable, Collection, Iterable
from functools import partial
from typing import Any

from aiokafka import TopicPartition
from faust.transport.drivers import aiokafka as driver

from streams.core.topology import DECISIONS, EVALUATION_CHANGELOG
from streams.worker.logs import FRAMEWORK

OWNED = {EVALUATION_CHANGELOG, DECISIONS}  # what comes twice of the others does no harm: it carries its version

Pairs = Iterable[tuple[bytes, bytes]]
Send = Callable[[int, Collection[TopicPartition]], Awaitable[None]]


class Producer(driver.Producer):
    """Faust's producer, within the lease."""

    logger = FRAMEWORK

    async def on_start(self) -> None:
        """The client has made its sender, and has sent nothing."""
        await super().on_start()
        sender = self._ensure_producer()._sender  # noqa: SLF001
        sender._send_produce_req = partial(self._within_lease, sender._send_produce_req)  # noqa: SLF001

    async def send_packed(self, topic: str, partition: int, pieces: AsyncIterable[Pairs]) -> None:
        """Send keys and values to one log as they come, and return when it has them all.

        Sent one by one, each would have a promise of its own, and cost more than to decode, judge and refuse an event.
        """
        client = self._ensure_producer()
        acks, batch = list[Awaitable[Any]](), client.create_batch()
        async for pairs in pieces:
            for key, value in pairs:
                if batch.append(timestamp=None, key=key, value=value) is None:  # full
                    acks.append(await client.send_batch(batch, topic, partition=partition))
                    batch = client.create_batch()
                    batch.append(timestamp=None, key=key, value=value)
        if batch.record_count():
            acks.append(await client.send_batch(batch, topic, partition=partition))
        await asyncio.gather(*acks)

    async def _within_lease(self, send: Send, node: int, batches: Collection[TopicPartition]) -> None:
        """First sent or sent again: between here and the socket nobody waits, as the connection is there."""
        if any(place.topic in OWNED for place in batches):
            await self._ensure_producer().client.ready(node)
            await self.app.lease.hold()
        await send(node, batches)
