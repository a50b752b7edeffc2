"""What makes one event: a batch for the topics that agents read, a record for the changelogs that Faust reads."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from faust.types import TP

from streams.worker.logs import FRAMEWORK
from streams.worker.transport.batch import agent_of, batch, is_batched, to_message
from streams.worker.transport.client import ConsumerThread
from streams.worker.transport.positions import Positions

NOTHING_TO_READ_S = 0.05  # until partitions are looked for again; stock Faust sleeps a second of every recovery


class Consumer(Positions):
    """Faust's consumer with everything that is ours."""

    logger = FRAMEWORK
    _thread: ConsumerThread

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    def hurry(self) -> None:
        """Fetch what has just been sent, whatever the pace."""
        self._thread.hurry()

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Any]]:  # noqa: ASYNC109
        """One message per partition and fetch; stock Faust makes one of every record, which costs it 100 us each.

        During a rebalance what was fetched is dropped, to be read from the right place afterwards; stock Faust seeks to
        the committed offsets right then.
        """
        if self.flow_active and not self._get_active_partitions():
            await self.sleep(NOTHING_TO_READ_S)
            return
        eras = self._eras.copy()
        fetched, active = await self._wait_next_records(timeout)
        generation = self.app.consumer_generation_id
        left = Counter(agent_of(tp.topic) for tp in fetched or ())
        for tp, records in (fetched or {}).items():
            agent = agent_of(tp.topic)
            left[agent] -= 1
            for message in self._messages(tp, records, eras[tp], generation, more=left[agent] > 0):
                if not self.flow_active or generation != self.app.consumer_generation_id:
                    return
                if is_batched(tp.topic) or tp in active:
                    yield tp, message

    def _messages(self, tp: TP, records: Sequence[Any], era: int, generation: Any, *, more: bool) -> Iterable[Any]:
        if is_batched(tp.topic):
            return [to_message(batch(tp, records, era, more=more), generation)]
        return (self._to_message(tp, record) for record in records)

    async def _getmany(self, active_partitions: set[TP], timeout: float) -> Any:  # noqa: ASYNC109
        """Faust hands its own set to another thread: one that is emptied meanwhile would mean "all partitions"."""
        return await super()._getmany(frozenset(active_partitions), timeout)

    def on_buffer_full(self, tp: TP) -> None:
        """The agent's bounded queue holds the reader back; stock Faust also stops reading for a second."""
