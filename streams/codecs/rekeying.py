"""Foreign records to canonical ones: decoded, mapped, under a pseudonym, in the partition of their unit."""

from collections.abc import Callable, Collection, Iterable
from functools import lru_cache
from typing import NamedTuple

import msgspec

from streams.codecs.cloudevents import Decoder, refuse
from streams.codecs.foreign import FORMATS
from streams.codecs.foreign.base import Mapped
from streams.codecs.rekeyed import pseudonym
from streams.codecs.routes import Routes
from streams.core.events import Headers, Record
from streams.core.topology import partition_of

KNOWN = 1 << 16  # units whose place is remembered: to hash an id for Kafka costs Python three microseconds

Map = Callable[[bytes, Headers], Mapped | str | None]

_encode = msgspec.json.Encoder().encode


class Written(NamedTuple):
    """A canonical record: its kind and partition, and what is in it; `timestamp` is the foreign record's."""

    kind: str
    partition: int
    timestamp: int
    key: bytes
    value: bytes


class Refused(NamedTuple):
    """A foreign record that is no event, and why."""

    reason: str
    record: Record


class Rekeyed(NamedTuple):
    """A batch. What is in neither list is nothing to us. `latest` is the largest record time of what isn't refused."""

    written: list[Written]
    refused: list[Refused]
    latest: int


class Rekeyer:
    """Re-keys the records of all routes.

    Args:
        routes: foreign topics.
        key: secret for the hash of unit ids, the same as of the workers.
        partitions: of each canonical topic.
    """

    def __init__(self, routes: Routes, key: bytes, partitions: int) -> None:
        self._formats = {route.topic: (FORMATS[route.format](route).map, route.to) for route in routes.ingest}
        self._home = _homes(Decoder(key).unit, partitions)

    def rekey(self, topic: str, records: Iterable[Record]) -> Rekeyed:
        """A batch of one foreign topic."""
        (map_, kinds), written, refused = self._formats[topic], list[Written](), list[Refused]()
        latest = 0
        for record in records:
            outcome = self._outcome(map_, kinds, record)
            if isinstance(outcome, str):
                refused.append(Refused(outcome, record))
                continue
            latest = max(latest, record.timestamp)
            if outcome is not None:
                written.append(outcome)
        return Rekeyed(written, refused, latest)

    def _outcome(self, map_: Map, kinds: Collection[str], record: Record) -> Written | str | None:
        """What is to be written, or why it can't be; None for what is nothing to us."""
        value, headers = record.value, record.headers
        try:
            mapped = refuse(value, headers) or map_(value or b"", headers)
            if not isinstance(mapped, Mapped):
                return mapped
            return self._written(mapped, record.timestamp) if mapped.kind in kinds else None
        except (ValueError, RecursionError):
            return "malformed"

    def _written(self, mapped: Mapped, timestamp: int) -> Written:
        partition, name = self._home(mapped.unit)
        mapped.event["data"]["unit_id"] = name
        return Written(mapped.kind, partition, timestamp, name.encode(), _encode(mapped.event))


def _homes(number: Callable[[str], int], partitions: int) -> Callable[[str], tuple[int, str]]:
    """Of a raw id: the partition in which those who write directly put the unit too, and its pseudonym."""

    @lru_cache(maxsize=KNOWN)
    def home(unit: str) -> tuple[int, str]:
        return partition_of(unit.encode(), partitions), pseudonym(number(unit))

    return home
