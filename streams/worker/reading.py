"""One source partition: its state, and what of the log is in it.

A record is taken if and only if its offset is the next one. That alone keeps counts right, however Faust mixes up
positions around a rebalance: what comes too early is not taken but asked for again, what comes twice is dropped.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from streams.codecs.cloudevents import Decoder
from streams.core.attribution import Attribution
from streams.core.events import KINDS, Record
from streams.core.sifting import Other
from streams.core.topology import CONVERSIONS, EXPOSURES

SOURCES = dict(zip(KINDS, (EXPOSURES, CONVERSIONS), strict=True))
KIND_OF = {topic: kind for kind, topic in SOURCES.items()}
PIECE = 1_000  # records taken in one go: the event loop must not stall over a large batch
PATIENCE = 3  # times a log is read again from one offset before what is missing there counts as a hole in it


class LogHoleError(Exception):
    """Records are missing in the source log: no state built from it can be complete."""


class Reading:
    """A source partition as far as this worker has read it.

    Attributes:
        attribution: the state.
        targets: end offsets by kind when this worker took the partition over, once they are known.
        began: offsets at which the state was when it was built here: those of a snapshot, or 0.
        published: offsets by kind below which all rejected records have been published.
        is_live: whether its clock has been told since it caught up; before, a quiet log seems to be as old as its last
            record.
        lock: held while records are taken and rejected ones published; so under it a snapshot knows nothing of records
            whose rejection might be lost.
    """

    def __init__(
        self,
        attribution: Attribution,
        decoders: Mapping[str, Decoder],
        events: Counter[tuple[str, str]] | None = None,
    ) -> None:
        self.attribution = attribution
        self.targets: Mapping[str, int] | None = None
        self.began = dict(attribution.offsets)
        self.published = dict(attribution.offsets)
        self.is_live = False
        self._decoders = decoders
        self.lock = asyncio.Lock()
        self._events = Counter() if events is None else events
        self._misses = dict.fromkeys(KINDS, 0)

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

    def take(self, kind: str, records: Iterable[Record]) -> Iterator[list[Other]]:
        """Put consecutive records that begin at the state's offset or below it into the state, piece by piece.

        Records that are parsed while they are read are used up while the cache still holds them.

        Yields:
            What was rejected of a piece.

        Raises:
            LogHoleError: a record is missing among them.
        """
        coming, after = iter(records), None
        while piece := [*islice(coming, PIECE)]:
            self._check(kind, piece, piece[0].offset if after is None else after)
            after = piece[-1].offset + 1
            yield self._apply(kind, piece)

    def miss(self, kind: str) -> int:
        """Where the log must be read again, because it went on above the state.

        Raises:
            LogHoleError: reading again has not helped.
        """
        self._misses[kind] += 1
        if self._misses[kind] > PATIENCE:
            raise self._hole(kind, self.offsets[kind])
        return self.offsets[kind]

    def _check(self, kind: str, piece: Sequence[Record], first: int) -> None:
        if piece[-1].offset - first + 1 > len(piece):
            raise self._hole(kind, next(at for at, record in enumerate(piece, first) if record.offset != at))
        self._misses[kind] = 0

    def _apply(self, kind: str, records: Sequence[Record]) -> list[Other]:
        state = self.attribution
        before, is_news = state.tallies[kind].copy(), self.caught_up
        rejected = state.take(kind, records, self._decoders[kind].judge(state, kind))
        if is_news:  # what is read to rebuild the state has been told of before
            self._tell(kind, state.tallies[kind] - before)
        return rejected

    def _tell(self, kind: str, outcomes: Counter[str]) -> None:
        self._events.update({(SOURCES[kind], outcome): count for outcome, count in outcomes.items()})

    def _hole(self, kind: str, offset: int) -> LogHoleError:
        return LogHoleError(
            f"{SOURCES[kind]}/{self.attribution.partition} has no record at offset {offset}, only later ones: counts "
            "would be incomplete. Write to it without transactions, never compact it, raise its retention.ms; then "
            "start anew on empty topics"
        )
