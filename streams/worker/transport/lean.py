"""Records are parsed where they are read, not where they are fetched.

aiokafka parses all that a fetch brought, record by record in Python, and wraps each record in one of eleven fields, of
which we read four. Megabytes of records then wait for an agent, and have left the cache when it comes to them: in one
thread, to parse, decode and count them cost a tenth more. Here the consumer's thread checks the bytes, and whoever
takes them makes records of them, some at a time.

What this relies on is private to aiokafka, and named by contract tests. Where it is not found, records come as
aiokafka makes them: in a list, in a class of its own that has the same four fields.
"""

from collections import OrderedDict
from collections.abc import Iterator
from itertools import chain, dropwhile
from typing import Any

from aiokafka.consumer.fetcher import READ_UNCOMMITTED
from aiokafka.errors import CorruptRecordException

from streams.worker.transport.batch import Parcel, is_batched


class Arrivals(OrderedDict[Any, Any]):
    """Stands for aiokafka's dictionary of fetched partitions: what enters is told to hand out one parcel."""

    def __setitem__(self, tp: Any, fetched: Any) -> None:
        records: Any = getattr(fetched, "_partition_records", None)  # an error has none
        if is_batched(tp.topic) and _is_known(records):
            records._records_iterator = _parcels(records)  # noqa: SLF001
        super().__setitem__(tp, fetched)


def make_lean(fetcher: Any) -> None:
    """Let a fetcher that has not fetched yet deliver records unparsed."""
    fetcher._records = Arrivals()  # noqa: SLF001


def _is_known(records: Any) -> bool:
    """Transactions that were aborted are left to aiokafka, if ever somebody asks to be spared them."""
    return hasattr(records, "_records_iterator") and records._isolation_level == READ_UNCOMMITTED  # noqa: SLF001


def _parcels(fetched: Any) -> Iterator[Parcel]:
    """One, if there is a record from the offset on that was asked for. What is damaged moves no position."""
    start, batches = fetched.next_fetch_offset, [*_checked(fetched)]
    records = dropwhile(lambda one: one.offset < start, _records(batches))
    first = next(records, None)
    if batches:
        fetched.next_fetch_offset = batches[-1].next_offset
    if first is not None:
        yield Parcel(first, fetched.next_fetch_offset, chain([first], records))


def _checked(fetched: Any) -> Iterator[Any]:
    """The log's batches.

    Raises:
        CorruptRecordException: their bytes are not those that were written.
    """
    while fetched._records.has_next():  # noqa: SLF001
        batch = fetched._records.next_batch()  # noqa: SLF001
        if not batch.validate_crc():
            raise CorruptRecordException(f"Invalid CRC - {fetched._tp}")  # noqa: SLF001
        yield batch


def _records(batches: list[Any]) -> Iterator[Any]:
    """Of all batches but those that end transactions; they are decompressed now, apart from the agents' event loop."""
    return chain.from_iterable([iter(batch) for batch in batches if not batch.is_control_batch])
