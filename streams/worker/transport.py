"""The one place where Faust's consumer is told otherwise: where to read, and how long a fetch may wait."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar

import aiokafka
from aiokafka import TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from streams.core.topology import COUNTS
from streams.worker.fatal import die
from streams.worker.logs import FRAMEWORK
from streams.worker.reading import KIND_OF, SOURCES
from streams.worker.readings import Place


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """Faust fixes the fetch wait at 1.5 s; an embedded broker makes every reader wait that long."""

    logger = FRAMEWORK

    def _create_worker_consumer(self, transport: Any) -> aiokafka.AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = self.app.settings.fetch_wait_ms  # noqa: SLF001
        return consumer

    async def _commit(self, offsets: dict[TP, int]) -> bool:
        """Committed offsets are only a hint, so losing one to a rebalance is no failure; stock Faust crashes."""
        try:
            await self._ensure_consumer().commit({TopicPartition(*tp): offset for tp, offset in offsets.items()})
        except (KafkaError, IllegalStateError):
            return False
        return True


class Consumer(driver.Consumer):
    """Reads the source on from the state, and counts from now on: they are cumulative, and all come again soon.

    Committed offsets say no more than up to where rejected records of the source have been published.
    """

    logger = FRAMEWORK

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def perform_seek(self) -> None:
        """Called by Faust after each rebalance, when the tables are recovered."""
        await super().perform_seek()
        positions = {TP(*place): offset for place, offset in self.app.readings.positions().items()}
        refuse_shortened(positions, await self.earliest_offsets(*positions))
        ends = await self.highwaters(*self.assignment())
        self._distrust_commits(ends)
        await self.seek_wait(positions | {tp: end for tp, end in ends.items() if tp.topic == COUNTS})

    def source(self) -> set[int]:
        """Source partitions assigned to this worker."""
        assigned = [{tp.partition for tp in self.assignment() if tp.topic == topic} for topic in SOURCES.values()]
        if assigned[0] != assigned[1]:
            die("exposures and conversions of a unit must meet in one worker: give both topics the same partitions")
        return assigned[0]

    async def reread(self, positions: Mapping[Place, int]) -> None:
        """Read logs again from these positions; a rebalance that comes between does it anyway."""
        with suppress(IllegalStateError, TimeoutError):
            await self.seek_wait({TP(*place): offset for place, offset in positions.items()})

    def on_buffer_full(self, tp: TP) -> None:
        """The agent's bounded queue holds the reader back; stock Faust also stops reading for a second."""

    def published(self) -> dict[TP, int]:
        """Offsets of the source below which rejected records have been published."""
        return {tp: offset for tp, offset in self._committed_offset.items() if offset and tp.topic in KIND_OF}

    async def publish(self, offsets: dict[TP, int]) -> None:
        """Commit what is new, so that a rebuild doesn't publish rejected records again."""
        known, ours = self.published(), self.assignment()
        ahead = {tp: offset for tp, offset in offsets.items() if tp in ours and offset > known.get(tp, 0)}
        if ahead and await self._commit(ahead):
            self._committed_offset.update(ahead)

    def _distrust_commits(self, ends: Mapping[TP, int]) -> None:
        """A commit beyond the end is of a topic that has been made anew since."""
        for tp, end in ends.items():
            if (self._committed_offset[tp] or 0) > end:
                self._committed_offset[tp] = None


class Transport(driver.Transport):
    """aiokafka, with the consumer above."""

    Consumer: ClassVar[type] = Consumer


def refuse_shortened(positions: dict[TP, int], earliest: dict[TP, int]) -> None:
    """State is rebuilt from the log; without its beginning every count would be too low."""
    for tp, offset in positions.items():
        if earliest[tp] > offset:
            die(
                f"{tp.topic} begins at offset {earliest[tp]}, but its state needs it from {offset}: the broker has "
                "deleted records; raise retention.ms above the age of the experiments, and start anew on empty topics",
                topic=tp.topic,
                partition=tp.partition,
            )
