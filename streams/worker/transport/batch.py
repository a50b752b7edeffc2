"""A batch: all that one fetch brought of one partition. Faust carries it as one message, whatever it holds."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from faust.types import TP, ConsumerMessage

from streams.core.events import Record
from streams.core.topology import CONVERSIONS, EVALUATION_CHANGELOG, EXPOSURES

AHEAD = 8  # batches that wait for an agent; a full queue holds the reader back, so memory stays bounded


class Parcel(NamedTuple):
    """Consecutive records that are parsed while they are read, which is possible once.

    Attributes:
        first: of the records.
        end: the offset after the last one, as far as the log tells; there may be holes before it.
    """

    first: Record
    end: int
    records: Iterable[Record]


class Batch(NamedTuple):
    """Consecutive records of a log; there is at least one.

    Attributes:
        era: after which seek they were asked for.
        more: whether the same fetch brought another batch for the same agent, which comes next.
    """

    topic: str
    partition: int
    parcel: Parcel
    era: int = 0
    more: bool = False

    @property
    def tp(self) -> TP:
        """The log."""
        return TP(self.topic, self.partition)

    @property
    def start(self) -> int:
        """Offset of the first record."""
        return self.parcel.first.offset

    @property
    def records(self) -> Iterable[Record]:
        """To be read once."""
        return self.parcel.records


def is_batched(topic: str) -> bool:
    """Whether our agents read it; changelogs are read by Faust, record by record."""
    return topic != EVALUATION_CHANGELOG


def agent_of(topic: str) -> str:
    """Who reads it: both sources have one agent, all other topics their own reader."""
    return "attribution" if topic in (EXPOSURES, CONVERSIONS) else topic


def batch(tp: TP, fetched: Sequence[Any], era: int, *, more: bool = False) -> Batch:
    """From whatever aiokafka gives for the records of a fetch: one parcel (see lean.py), or each in its own class.

    Either have the fields of ours, and are read once: to make ours of them would cost more than to read them.
    """
    first, last = fetched[0], fetched[-1]
    parcel = first if isinstance(first, Parcel) else Parcel(first, last.offset + 1, fetched)
    return Batch(tp.topic, tp.partition, parcel, era, more)


def to_message(content: Batch, generation: Any) -> ConsumerMessage:
    """What Faust carries from its reader to an agent's queue, where it skips those of an earlier generation."""
    first = content.parcel.first
    return ConsumerMessage(
        *content.tp,
        offset=first.offset,
        timestamp=first.timestamp / 1000,
        timestamp_type=0,
        headers=(),
        key=None,
        value=content,
        checksum=None,
        serialized_key_size=0,
        serialized_value_size=0,
        tp=content.tp,
        generation_id=generation,
    )
