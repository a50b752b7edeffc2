"""One source partition: its state, and what of the log is in it.

A record is taken if and only if its offset is the next one. That alone keeps counts right, however Faust mixes up
positions around a rebalance: what comes too early is dropped and asked for again, what comes twice is dropped.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from streams.codecs.cloudevents import Decoder
from streams.core.attribution import Attribution
from streams.core.events import KINDS, Record, Rejected
from streams.core.topology import CONVERSIONS, EXPOSURES

SOURCES = dict(zip(KINDS, (EXPOSURES, CONVERSIONS), strict=True))
KIND_OF = {topic: kind for kind, topic in SOURCES.items()}
PATIENCE = 3  # times a gap may be met at one offset before it counts as a hole in the log


class LogHoleError(Exception):
    """Records are missing in the source log: no state built from it can be complete."""


class Refusal(NamedTuple):
    """A record that was rejected, and where."""

    partition: int
    rejected: Rejected
    record: Record


class Reading:
    """A source partition as far as this worker has read it.

    Attributes:
        attribution: the state.
        targets: end offsets by kind when this worker took the partition over, once they are known.
    """

    def __init__(self, attribution: Attribution, decoder: Decoder) -> None:
        self.attribution = attribution
        self.targets: Mapping[str, int] | None = None
        self._decoder = decoder
        self._misses = dict.fromkeys(KINDS, 0)
        self.rewind()

    @property
    def offsets(self) -> Mapping[str, int]:
        """Next offset to be applied, by kind."""
        return self.attribution.offsets

    @property
    def caught_up(self) -> bool:
        """Whether everything that was in the log at the take-over is in the state."""
        return self.targets is not None and self.has_reached(self.targets)

    def has_reached(self, ends: Mapping[str, int]) -> bool:
        """Whether everything below these offsets is in the state."""
        return all(self.offsets[kind] >= end for kind, end in ends.items())

    def rewind(self) -> None:
        """Forget what has not been applied; the log is read again from there."""
        self._waiting: dict[str, list[Record]] = {kind: [] for kind in KINDS}
        self._next = dict(self.offsets)
        self._gapped: set[str] = set()

    def collect(self, kind: str, record: Record) -> None:
        """Keep the record for the next round if it is the next one."""
        if record.offset > self._next[kind]:
            self._gapped.add(kind)
        elif record.offset == self._next[kind]:
            self._waiting[kind].append(record)
            self._next[kind] += 1

    def apply(self) -> list[Refusal]:
        """Put the waiting records into the state."""
        waiting, self._waiting = self._waiting, {kind: [] for kind in KINDS}
        return [refusal for kind, records in waiting.items() if records for refusal in self._apply(kind, records)]

    def missed(self) -> dict[str, int]:
        """Where the log must be read again, by kind, because it went on above the state.

        Raises:
            LogHoleError: reading again has not helped.
        """
        gapped, self._gapped = self._gapped, set()
        return {kind: self._again(kind) for kind in gapped}

    def _apply(self, kind: str, records: list[Record]) -> Iterator[Refusal]:
        self._misses[kind] = 0
        by_offset = {record.offset: record for record in records}
        for rejected in self.attribution.apply(kind, self._decoder.arrivals(records)):
            yield Refusal(self.attribution.partition, rejected, by_offset[rejected.offset])

    def _again(self, kind: str) -> int:
        self._misses[kind] += 1
        if self._misses[kind] > PATIENCE:
            raise LogHoleError(
                f"{SOURCES[kind]}/{self.attribution.partition} has no record at offset {self._next[kind]}, only later "
                "ones: counts would be incomplete. Write to it without transactions, never compact it, raise its "
                "retention.ms; then start anew on empty topics"
            )
        return self._next[kind]
