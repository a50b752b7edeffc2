"""What ingest writes, on the wire: events whose units go by pseudonyms, and between them watermarks.

Who moves the clock decides when experiments mature, so a watermark is sealed: with the key of the unit hash, for its
own place. One that isn't genuine is an event of an unknown type.
"""

from hashlib import blake2b
from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct

from streams.codecs.cloudevents import Decoder
from streams.codecs.wire import Event
from streams.core.events import Arrived, Headers
from streams.core.times import format_instant
from streams.core.watermarks import Watermark

TYPE = "peekproof.watermark.v1"
SOURCE = "/peekproof/ingest"
MARK = "~"  # how a pseudonym begins
DIGITS = 16

Place = tuple[str, int]


class Told(Struct, forbid_unknown_fields=True):
    sources: dict[str, Annotated[int, Meta(ge=1)]]
    read_to: dict[str, dict[int, int]]


class WatermarkEvent(Struct, tag_field="type", tag=TYPE):
    id: str
    data: Raw


_encode = msgspec.json.Encoder().encode
_decode_told = msgspec.json.Decoder(Told).decode
_decode_event = msgspec.json.Decoder(WatermarkEvent).decode


def pseudonym(number: int) -> str:
    """How ingest writes the number of a unit."""
    return f"{MARK}{number:0{DIGITS}x}"


def number(name: str) -> int:
    """The number that a pseudonym writes: hashed it has been.

    Raises:
        ValueError: it is none.
    """
    told = int.from_bytes(bytes.fromhex(name.removeprefix(MARK)), "big")
    if name != pseudonym(told):
        raise ValueError(f"{name[:20]!r} is no pseudonym: only ingest may write to a re-keyed topic")
    return told


def encode(mark: Watermark, place: Place, key: bytes) -> bytes:
    """A CloudEvent for one place."""
    data = _encode(Told(dict(mark.sources), {topic: dict(times) for topic, times in mark.read_to.items()}))
    latest = max((time for times in mark.read_to.values() for time in times.values()), default=0)
    envelope = {"specversion": "1.0", "id": _seal(data, place, key), "source": SOURCE, "type": TYPE}
    return _encode({**envelope, "time": format_instant(latest), "data": Raw(data)})


def is_watermark(value: bytes) -> bool:
    """Whether this is a watermark, genuine or not: in a file, where no clock is moved by it."""
    try:
        _decode_event(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


class RekeyedDecoder(Decoder):
    """Decodes one log that ingest writes.

    Args:
        key: secret for the hash of unit ids, the same as of ingest.
        place: topic and partition.
    """

    def __init__(self, key: bytes, place: Place) -> None:
        super().__init__(key)
        self._key, self._place = key, place
        self.unit = number

    def _seen(self, parsed: Event | str | None, value: bytes, headers: Headers) -> Arrived:
        """The event or watermark, or a reason of rule 2 of the contracts."""
        event = super()._seen(parsed, value, headers)
        return self._genuine(value) or event if event == "unknown_type" else event

    def _genuine(self, value: bytes) -> Watermark | None:
        """The watermark, if it is one."""
        try:
            event = _decode_event(value)
            told = _decode_told(event.data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        is_sealed = event.id == _seal(bytes(event.data), self._place, self._key)
        return Watermark(told.sources, told.read_to) if is_sealed else None


def _seal(data: bytes, place: Place, key: bytes) -> str:
    topic, partition = place
    return blake2b(
        b"%d/%b %b" % (partition, topic.encode(), data), digest_size=16, key=key, person=b"watermark"
    ).hexdigest()
