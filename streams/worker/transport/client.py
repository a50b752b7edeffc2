"""The thread in which Faust keeps aiokafka's consumer."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cached_property, partial
from typing import Any

import aiokafka
from aiokafka import TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from streams.worker.fatal import die
from streams.worker.logs import FRAMEWORK
from streams.worker.transport.joining import Joining
from streams.worker.transport.lean import make_lean
from streams.worker.transport.pace import Pace


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """Fetches as the settings say, lean and at a pace."""

    logger = FRAMEWORK

    @cached_property
    def _pace(self) -> Pace:
        return Pace(self.app.settings.fetch_every_ms / 1000)

    def _create_worker_consumer(self, transport: Any) -> aiokafka.AIOKafkaConsumer:
        """Faust fixes the wait at 1.5 s. One fetch asks for all partitions, so a quiet one would hold up the busy."""
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = self.app.settings.fetch_wait_ms  # noqa: SLF001
        return consumer

    async def on_start(self) -> None:
        """The client has made its fetcher, and has no partitions yet."""
        await super().on_start()
        consumer = self._ensure_consumer()
        make_lean(consumer._fetcher)  # noqa: SLF001
        self._pace.set(consumer._fetcher)  # noqa: SLF001
        self._watch(consumer._coordinator)  # noqa: SLF001

    def hurry(self) -> None:
        """There is news; called from the agents' thread."""
        self.thread_loop.call_soon_threadsafe(self._pace.hurry)

    def _watch(self, group: Any) -> None:
        """Hear how the group answers, and what ends the talk with it."""
        group._coordination_task.add_done_callback(self._coordinated)  # noqa: SLF001
        Joining().guard(group)
        for question in ("_do_rejoin_group", "_do_heartbeat"):
            setattr(group, question, partial(self._ask, getattr(group, question)))
        group.reset_generation = partial(self._reset, group.reset_generation)

    async def _ask(self, ask: Callable[..., Awaitable[bool]], *arguments: Any) -> bool:
        asked = self.app.lease.now()
        if answered := await ask(*arguments):
            self.app.lease.renew(asked)
        return answered

    def _reset(self, reset: Callable[[], None]) -> None:
        """How we hear that we are out; unless we stop, and leave the group of our own accord."""
        if not self.should_stop:
            self.app.lease.lose()
        reset()

    def _coordinated(self, coordination: asyncio.Task[None]) -> None:
        """What ends it is only logged: we would hold our partitions, read nothing, and never be missed."""
        error = None if self.should_stop or coordination.cancelled() else coordination.exception()
        if error:
            die("this process has lost its place in the group", error)

    async def _commit(self, offsets: dict[TP, int]) -> bool:
        """Committed offsets are only a hint, so losing one to a rebalance is no failure; stock Faust crashes."""
        try:
            await self._ensure_consumer().commit({TopicPartition(*tp): offset for tp, offset in offsets.items()})
        except (KafkaError, IllegalStateError):
            return False
        return True
