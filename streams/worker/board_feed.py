"""Reads evidence and decisions from their beginning, so that any worker shows every experiment."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from streams.core.topology import DECISIONS, EVIDENCE
from streams.settings import Settings

Json = dict[str, Any]

PATIENCE = 5  # a broker answers at once when there is news; only the embedded one always lets us wait
AGAIN_S = 1.0  # until a broker that was away is asked again

log = logging.getLogger(__name__)
decode = msgspec.json.Decoder().decode


class Listener(NamedTuple):
    """Who is told what is read."""

    on_evidence: Callable[[str, Json], None]
    on_point: Callable[[str, Json], None]
    on_decision: Callable[[Json], None]


class _Reader:
    """Reads on from where it was, whatever came between: what was told before is not told again."""

    def __init__(self, settings: Settings, listener: Listener) -> None:
        self._settings = settings
        self._listener = listener
        self._read_to: dict[TopicPartition, int] = {}
        self._is_cut_off = False

    async def read_on(self) -> None:
        """Tell what comes until the broker fails us."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._settings.bootstrap_servers,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=PATIENCE * self._settings.fetch_wait_ms,
        )
        try:
            await consumer.start()
            self._take_place(consumer)
            async for record in consumer:
                self._hear(record)
        finally:
            await consumer.stop()

    def miss(self, error: KafkaError) -> None:
        """Say so once in an outage."""
        if not self._is_cut_off:
            log.warning("the board shows what it has until the broker answers again", extra={"error": str(error)})
        self._is_cut_off = True

    def _take_place(self, consumer: AIOKafkaConsumer) -> None:
        """Whoever subscribes begins anew when a broker that has just come back does not tell of all topics at first."""
        partitions = range(self._settings.evaluation_partitions)
        consumer.assign([TopicPartition(topic, p) for topic in (DECISIONS, EVIDENCE) for p in partitions])
        for place, offset in self._read_to.items():
            consumer.seek(place, offset)

    def _hear(self, record: Any) -> None:
        if self._is_cut_off:
            log.info("the board is told what is new again")
        self._is_cut_off = False
        tell(self._listener, record.topic, record.key, record.value)
        self._read_to[TopicPartition(record.topic, record.partition)] = record.offset + 1


async def feed(settings: Settings, listener: Listener) -> None:
    """Tell the listener everything there is, then everything that comes; ends when cancelled.

    A broker that is away does not end it: a worker that can't show what is new can count all the same.
    """
    reader = _Reader(settings, listener)
    while True:
        try:
            await reader.read_on()
        except KafkaError as error:
            reader.miss(error)
        await asyncio.sleep(AGAIN_S)


def tell(listener: Listener, topic: str, key: bytes, value: bytes | None) -> None:
    """Pass one record on: a decision, the latest evidence of an experiment, or a point of its history."""
    if value is None:
        return  # compacted away
    if topic == DECISIONS:
        listener.on_decision(decode(value))
        return
    experiment_id, is_point, _ = key.decode().partition("@")
    (listener.on_point if is_point else listener.on_evidence)(experiment_id, decode(value))
