"""Commits what has been written, then tells every canonical log how far that is.

In this order: what is read again after a crash is above every watermark that its first reader has told.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from aiokafka.errors import KafkaError
from faust.exceptions import ConsumerNotStarted
from faust.types import TP

from streams.codecs import rekeyed
from streams.codecs.routes import Routes
from streams.core.watermarks import Watermark
from streams.settings import Settings
from streams.worker.clock import MARGIN_MS, wall_ms
from streams.worker.ingest.outlet import Line, Outlet
from streams.worker.ingest.sources import Sources
from streams.worker.reading import SOURCES


class Marks:
    """Watermarks of one process."""

    def __init__(
        self, settings: Settings, routes: Routes, sources: Sources, outlet: Outlet, now: Callable[[], int] = wall_ms
    ) -> None:
        self._settings = settings
        self._routes = routes
        self._sources = sources
        self._outlet = outlet
        self._now = now

    async def tell(self, consumer: Any) -> None:
        """What has come, and that nothing has; silent while the broker is away."""
        held = dict(self._sources)  # a rebalance may change them while the broker answers
        asked = self._now()  # everything appended before this moment lies below the answer
        try:
            ends = await consumer.highwaters(*held) if held else {}
        except (KafkaError, ConsumerNotStarted):
            return
        self._advance(ends, asked)
        written = {tp: (source.offset, min(source.read_to, asked)) for tp, source in held.items()}
        await consumer.publish({tp: offset for tp, (offset, _) in written.items()})
        known = {tp: time for tp, (offset, time) in written.items() if consumer.published(tp) >= offset}
        partitions = {topic: await self._outlet.partitions_of(topic) for topic in self._routes.topics}
        await self._outlet.write(self._lines(partitions, known))

    def _advance(self, ends: Mapping[TP, int], asked: int) -> None:
        for tp, end in ends.items() if self._settings.idle_clock == "wall" else ():
            if (source := self._sources.get(tp)) and source.offset >= end:
                source.see(asked - MARGIN_MS)

    def _lines(self, partitions: Mapping[str, int], known: Mapping[TP, int]) -> Iterator[Line]:
        """One for each canonical partition, of the topics that are written there."""
        for kind, topic in SOURCES.items():
            sources = {name: partitions[name] for name in self._routes.topics_of(kind)}
            read_to = {name: {tp.partition: time for tp, time in known.items() if tp.topic == name} for name in sources}
            for partition in range(self._settings.partitions) if any(read_to.values()) else ():
                value = rekeyed.encode(Watermark(sources, read_to), (topic, partition), self._settings.key)
                yield Line(topic, partition, None, b"watermark", value)
