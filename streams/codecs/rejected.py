"""Why a record was refused: what goes to `peekproof.rejected`."""

import hashlib
from typing import Any

import msgspec

from streams.core.events import Record, Rejected

SAMPLE = 1_024  # bytes of the event that are shown
SECRET = ("unit_id", "subject")  # never shown: they name a person
UNREADABLE = ("too_large", "malformed", "forbidden_header")

_encode = msgspec.json.Encoder().encode


class Refused(msgspec.Struct):
    """A record of `peekproof.rejected`."""

    reason: str
    topic: str
    partition: int
    offset: int
    length: int
    sha256: str
    sample: str | None


def encode(rejected: Rejected, record: Record, partition: int) -> bytes:
    """Reason, place and a redacted sample; of what can't be read only length and hash."""
    shown = None if rejected.reason in UNREADABLE else sample(record.value or b"")
    return _told(rejected.reason, record, (f"peekproof.{rejected.kind}", partition), shown)


def encode_foreign(reason: str, record: Record, place: tuple[str, int]) -> bytes:
    """The same of a record that ingest can't read; what names a person in a foreign format is not known."""
    return _told(reason, record, place, None)


def _told(reason: str, record: Record, place: tuple[str, int], shown: str | None) -> bytes:
    value = record.value or b""
    return _encode(Refused(reason, *place, record.offset, len(value), hashlib.sha256(value).hexdigest(), shown))


def sample(value: bytes) -> str | None:
    """The event without what names a person, cut to SAMPLE bytes; None if some part of it can't be read."""
    try:
        event = msgspec.json.decode(value)
        _redact(event)
        return _encode(event)[:SAMPLE].decode("utf-8", "ignore")
    except (msgspec.DecodeError, RecursionError):
        return None


def _redact(value: Any) -> None:
    """In place: most of an event is text, of which nothing need be asked."""
    if type(value) is dict:
        for name in SECRET:
            if name in value:
                value[name] = "…"
        _redact([*value.values()])
    elif type(value) is list:
        for one in value:
            if type(one) is dict or type(one) is list:
                _redact(one)
