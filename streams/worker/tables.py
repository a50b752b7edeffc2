"""The evaluation table: Faust's, with what it lacks: a place for every key, and knowing when a write is in the log."""

import asyncio
from typing import Any

import faust

from streams.core.topology import EVALUATION_TABLE, partition_of
from streams.worker.logs import FRAMEWORK


class EvaluationTable(faust.Table):
    """Keys are experiment ids, values encoded states; both raw bytes."""

    logger = FRAMEWORK

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._sent: list[Any] = []

    def partition_for_key(self, key: bytes) -> int:
        """That of its experiment. Faust takes that of the event in hand, which may have come after those we judge."""
        return partition_of(key, self.partitions)

    def send_changelog(self, *args: Any, **options: Any) -> Any:
        """Keep what Faust's caller drops: the promise of an offset, or of an error."""
        promise = super().send_changelog(*args, **options)
        self._sent.append(promise)
        return promise

    async def settle(self) -> None:
        """Return when every write so far is in the changelog; raise what the broker raised."""
        sent, self._sent = self._sent, []
        await asyncio.gather(*sent)


def make_table(app: Any, partitions: int) -> EvaluationTable:
    """Register the table with the app."""
    table = EvaluationTable(app, name=EVALUATION_TABLE, partitions=partitions, key_type=bytes, value_type=bytes)
    app.tables.add(table)
    return table
