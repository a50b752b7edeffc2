"""The source partitions this worker reads."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from streams.codecs.cloudevents import Decoder
from streams.codecs.rekeyed import RekeyedDecoder
from streams.core.attribution import Attribution
from streams.core.definition import Catalogue
from streams.worker.reading import SOURCES, Reading

NOTHING: Mapping[int, Attribution] = MappingProxyType({})

Place = tuple[str, int]  # topic and partition


class Readings(dict[int, Reading]):
    """Readings by partition.

    Args:
        rekeyed: kinds of source that ingest writes.

    Attributes:
        events: what this process has read since it was rebuilt, whatever partitions it had: records by topic and
            outcome.
        fresh: by partition, the record time (ms) of the oldest event of which no counts have been told yet.
    """

    def __init__(self, catalogue: Catalogue, unit_key: bytes, rekeyed: Collection[str] = ()) -> None:
        super().__init__()
        self._catalogue = catalogue
        self._key, self._rekeyed = unit_key, rekeyed
        self._decoder = Decoder(unit_key)
        self.events: Counter[tuple[str, str]] = Counter()
        self.fresh: dict[int, int] = {}

    def assign(self, partitions: Iterable[int], restored: Mapping[int, Attribution] = NOTHING) -> None:
        """Keep exactly these: those restored begin there, those kept go on from their state, others start at 0."""
        kept = {p: self._reading(p, restored.get(p)) for p in sorted(partitions)}
        self.clear()
        self.fresh.clear()
        self.update(kept)

    def positions(self) -> dict[Place, int]:
        """Where each log is read on after an assignment: at the state's own offsets."""
        return {(SOURCES[kind], p): offset for p, one in self.items() for kind, offset in one.offsets.items()}

    def published(self) -> dict[Place, int]:
        """Below which offset of each log all rejected records have been published."""
        return {(SOURCES[kind], p): offset for p, one in self.items() for kind, offset in one.published.items()}

    def _reading(self, partition: int, restored: Attribution | None) -> Reading:
        if restored is None and partition in self:
            return self[partition]
        state = Attribution(self._catalogue, partition, self._rekeyed) if restored is None else restored
        decoders = {kind: self._decoder_of(kind, partition) for kind in SOURCES}
        return Reading(state, decoders, self.events)

    def _decoder_of(self, kind: str, partition: int) -> Decoder:
        return RekeyedDecoder(self._key, (SOURCES[kind], partition)) if kind in self._rekeyed else self._decoder
