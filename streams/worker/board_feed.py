"""Reads evidence and decisions from their beginning, so that any worker shows every experiment."""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from aiokafka import AIOKafkaConsumer

from streams.core.topology import DECISIONS, EVIDENCE
from streams.settings import Settings

Json = dict[str, Any]

PATIENCE = 5  # a broker answers at once when there is news; only the embedded one always lets us wait

decode = msgspec.json.Decoder().decode


class Listener(NamedTuple):
    """Who is told what is read."""

    on_evidence: Callable[[str, Json], None]
    on_point: Callable[[str, Json], None]
    on_decision: Callable[[Json], None]


async def feed(settings: Settings, listener: Listener) -> None:
    """Tell the listener everything there is, then everything that comes; ends when cancelled."""
    consumer = AIOKafkaConsumer(
        DECISIONS,
        EVIDENCE,
        bootstrap_servers=settings.bootstrap_servers,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=PATIENCE * settings.fetch_wait_ms,
    )
    async with consumer:
        async for record in consumer:
            tell(listener, record.topic, record.key, record.value)


def tell(listener: Listener, topic: str, key: bytes, value: bytes | None) -> None:
    """Pass one record on: a decision, the latest evidence of an experiment, or a point of its history."""
    if value is None:
        return  # compacted away
    if topic == DECISIONS:
        listener.on_decision(decode(value))
        return
    experiment_id, is_point, _ = key.decode().partition("@")
    (listener.on_point if is_point else listener.on_evidence)(experiment_id, decode(value))
