"""Sending: a batch is over when the broker has all of it. What can't be sent ends the worker (see `die`)."""

import asyncio
from collections.abc import Iterable
from typing import Any, NamedTuple


class Letter(NamedTuple):
    """A record to be sent."""

    topic: str
    partition: int
    key: bytes
    value: bytes


async def send(producer: Any, letters: Iterable[Letter]) -> None:
    """Send in order, and return when every record is in its log."""
    acks = [await producer.send(one.topic, one.key, one.value, one.partition, None, None) for one in letters]
    await asyncio.gather(*acks)
