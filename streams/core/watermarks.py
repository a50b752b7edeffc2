"""The clock of a source that ingest writes: how far it has read where the events come from.

Such a log is fed from several others, so the largest record time in it says nothing about what is still to come. What
does is a watermark: up to which record time everything of some foreign partitions is in this log. One ingest process
tells of the partitions it reads; the clock is the smallest time over all partitions that anyone should tell of.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple


class Watermark(NamedTuple):
    """What one ingest process knew.

    Attributes:
        sources: number of partitions of every foreign topic that feeds this log, also of those other processes read.
        read_to: by topic and partition, the record time (ms) below which everything is in this log.
    """

    sources: Mapping[str, int]
    read_to: Mapping[str, Mapping[int, int]]


class Watermarks:
    """All that was heard in one log. A partition whose reader has died stands still until another takes it over."""

    def __init__(self) -> None:
        self._sources: Mapping[str, int] = {}
        self._read_to: defaultdict[str, dict[int, int]] = defaultdict(dict)

    def hear(self, mark: Watermark) -> None:
        """What was once told holds for ever, so a process that wakes up late takes nothing back."""
        self._sources = mark.sources
        for topic, told in mark.read_to.items():
            known = self._read_to[topic]
            known.update({p: max(time, known.get(p, 0)) for p, time in told.items()})

    @property
    def read_to(self) -> int:
        """The instant (ms) up to which this log is complete; 0 as long as a partition has not been heard of."""
        awaited = ((topic, p) for topic, partitions in self._sources.items() for p in range(partitions))
        return min((self._read_to[topic].get(p, 0) for topic, p in awaited), default=0)

    @property
    def heard(self) -> Watermark:
        """All of it, as if one process had told it."""
        return Watermark(self._sources, self._read_to)
