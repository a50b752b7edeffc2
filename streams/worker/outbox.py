"""Sending: a batch is over when the broker has all of it. What can't be sent ends the worker (see `die`)."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple


class Letter(NamedTuple):
    """A record to be sent. Without a value it takes back what its key stood for."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


async def send(producer: Any, letters: Iterable[Letter], *, pause: bool = False) -> None:
    """Send in order, and return when every record is in its log; with a pause others work after every letter."""
    acks = []
    for one in letters:
        acks.append(await producer.send(one.topic, one.key, one.value, one.partition, None, [*one.headers]))
        if pause:
            await asyncio.sleep(0)
    await asyncio.gather(*acks)
