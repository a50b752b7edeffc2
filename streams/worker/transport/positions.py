"""Where to read: the source on from the state; counts from now on, as they are cumulative and all come again soon."""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, ClassVar

from aiokafka.errors import IllegalStateError, KafkaError
from faust.types import TP

from streams.core.topology import COUNTS
from streams.worker.fatal import die
from streams.worker.reading import SOURCES
from streams.worker.transport.batch import Batch, is_batched
from streams.worker.transport.commits import Commits
from streams.worker.transport.refusals import REBUILD, refuse_renewed, refuse_shortened


class Positions(Commits):
    """Faust's consumer, reading from the state's offsets instead of the committed ones."""

    remedy: ClassVar[str] = REBUILD
    _held: set[TP]  # waits for the seek
    _sought: set[TP]  # waits for the flow

    def __init__(self, *args: Any, **options: Any) -> None:
        self._forget()
        self._eras: Counter[TP] = Counter()
        super().__init__(*args, **options)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Fence first: what is on its way from these partitions must not make us seek, nor write."""
        for fence in self.app.fences:
            fence()
        self._forget()
        self._eras.update(revoked)
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """An earlier rebalance that was overtaken will not come to its end."""
        self._forget()
        await super().on_partitions_assigned(assigned, generation_id)

    def resume_partitions(self, tps: Iterable[TP]) -> None:
        """Faust resumes before it seeks, and so delivers from wrong positions; ours are held until they are right."""
        resumed = set(tps)
        self._held = {tp for tp in resumed if is_batched(tp.topic)}
        super().resume_partitions(resumed - self._held)

    async def perform_seek(self) -> None:
        """Called by Faust after each rebalance, when the tables are recovered and `on_rebalance_complete` was heard."""
        await super().perform_seek()
        ends = await self.highwaters(*self.assignment())
        self._distrust_commits(ends)
        await self.seek_wait(await self._starts(ends))
        self._sought, self._held = self._held, set()

    async def _starts(self, ends: Mapping[TP, int]) -> dict[TP, int]:
        """The positions of the state; of counts the end."""
        positions = {TP(*place): offset for place, offset in self.app.readings.positions().items()}
        refuse_shortened(positions, await self.earliest_offsets(*positions), self.remedy)
        refuse_renewed(positions, ends)
        return positions | {tp: end for tp, end in ends.items() if tp.topic == COUNTS}

    def resume_flow(self) -> None:
        """Faust empties all queues between the seek and this. When the seek takes too long, it goes on in silence."""
        if self._held:
            die("the broker did not tell in time where the logs begin and end; the worker must be started again")
        super().resume_partitions(self._sought)
        self._sought = set()
        super().resume_flow()

    async def reread(self, tp: TP, offset: int) -> None:
        """Read a log again from here; a rebalance that comes between does it anyway."""
        self._eras[tp] += 1
        with suppress(IllegalStateError, KafkaError, TimeoutError):
            await self.seek_wait({tp: offset})
            refuse_shortened({tp: offset}, await self.earliest_offsets(tp), self.remedy)

    def is_current(self, batch: Batch) -> bool:
        """Whether it was asked for after the latest seek of its log: only then is a gap before it news."""
        return batch.era == self._eras[batch.tp]

    def source(self) -> set[int]:
        """Source partitions assigned to this worker."""
        assigned = [{tp.partition for tp in self.assignment() if tp.topic == topic} for topic in SOURCES.values()]
        if assigned[0] != assigned[1]:
            die("exposures and conversions of a unit must meet in one worker: give both topics the same partitions")
        return assigned[0]

    def _forget(self) -> None:
        self._held, self._sought = set(), set()
