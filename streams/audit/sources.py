"""Where decisions and the events behind them lie."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from streams.audit.chain import Written
from streams.audit.counting.log import Record

Ends = Mapping[str, int]  # next offset by topic
Progress = Callable[[str, int], None]


class Part(NamedTuple):
    """What is recounted of one source partition.

    Attributes:
        partition: its number, as decisions write it.
        consumed: records that must be there, by log.
        records: those that are, each with its log.
    """

    partition: str
    consumed: Mapping[str, int]
    records: Iterable[tuple[str, Record]]


class Source(Protocol):
    """Files, or a broker."""

    def decisions(self) -> Sequence[Written]:
        """Every decision, in the order of the log."""
        ...

    def parts(self, needed: Mapping[str, Ends]) -> Iterator[Part]:
        """The source below these offsets, partition by partition."""
        ...
