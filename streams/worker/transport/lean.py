"""Saves half the cost of parsing: aiokafka wraps every parsed record in one of eleven fields, of which we read four.

What this relies on is private to aiokafka. After an update it may have no effect: then records come in aiokafka's own
class, which has the same four fields, and all that fails is a contract test.
"""

from collections import OrderedDict
from typing import Any

from streams.worker.transport.batch import is_batched


class Arrivals(OrderedDict[Any, Any]):
    """Stands for aiokafka's dictionary of fetched partitions: what enters is told not to wrap its records."""

    def __setitem__(self, tp: Any, fetched: Any) -> None:
        records = getattr(fetched, "_partition_records", None)  # an error has none
        if records is not None and is_batched(tp.topic):
            records._consumer_record = _as_parsed  # noqa: SLF001
        super().__setitem__(tp, fetched)


def make_lean(fetcher: Any) -> None:
    """Let a fetcher that has not fetched yet deliver records as they were parsed."""
    fetcher._records = Arrivals()  # noqa: SLF001


def _as_parsed(_: Any, record: Any) -> Any:
    return record
