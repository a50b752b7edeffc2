"""What becomes of a batch of foreign records: read, mapped, and written where its units live."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from faust.types import TP

from streams.codecs import rejected
from streams.codecs.rekeying import Refused, Rekeyed, Rekeyer, Written
from streams.core.topology import REJECTED
from streams.settings import Settings
from streams.worker.clock import wall_ms
from streams.worker.ingest.outlet import Line, Outlet
from streams.worker.ingest.sources import Source, Sources
from streams.worker.reading import PIECE, SOURCES
from streams.worker.transport.batch import Batch


class Writing:
    """Takes batches where the last one ended. The next one waits for it, so memory stays bounded.

    Attributes:
        tally: foreign records: read, written and rejected; the others were neither exposure nor conversion.
    """

    def __init__(
        self, settings: Settings, sources: Sources, rekeyer: Rekeyer, outlet: Outlet, now: Callable[[], int] = wall_ms
    ) -> None:
        self.tally: Counter[str] = Counter()
        self._settings = settings
        self._sources = sources
        self._rekeyer = rekeyer
        self._outlet = outlet
        self._now = now

    async def take(self, batch: Batch, consumer: Any) -> None:
        """Write what is new of the batch, and return when it is in the logs."""
        source = self._sources.get(batch.tp)
        if source is None or await _comes_too_early(batch, source, consumer):
            return
        records = [record for record in batch.records if record.offset >= source.offset]
        for start in range(0, len(records), PIECE):
            piece = records[start : start + PIECE]
            done = self._rekeyer.rekey(batch.topic, piece)
            await self._outlet.write(self._lines(batch.tp, done))
            source.write(piece[-1].offset + 1, done.latest)
            self.tally.update(read=len(piece), written=len(done.written), rejected=len(done.refused))

    def _lines(self, tp: TP, done: Rekeyed) -> Iterator[Line]:
        now = self._now()
        for written in done.written:
            yield _line(written, now)
        for refused in done.refused:
            yield _reject(tp, refused, tp.partition % self._settings.partitions)


async def _comes_too_early(batch: Batch, source: Source, consumer: Any) -> bool:
    """Whether there may be records before it that have not been written; they are asked for once."""
    if batch.start <= source.offset:
        return False
    if not consumer.is_current(batch):
        return True
    is_news = source.miss()
    if is_news:
        await consumer.reread(batch.tp, source.offset)
    return is_news


def _line(written: Written, now: int) -> Line:
    """No record is of the future, whatever its producer's clock says; the broker would refuse to take it."""
    kind, partition, timestamp, key, value = written
    return Line(SOURCES[kind], partition, min(timestamp, now), key, value)


def _reject(tp: TP, refused: Refused, partition: int) -> Line:
    return Line(REJECTED, partition, None, *rejected.encode_foreign(refused.reason, refused.record, tp))
