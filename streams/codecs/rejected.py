"""Why a record was refused: what goes to `peekproof.rejected`. Compiled where that is possible, see `core.table`."""

from hashlib import sha256
from typing import Any

import msgspec

from streams.core.events import Record

SAMPLE = 1_024  # bytes of the event that are shown
SECRET = ("unit_id", "subject")  # never shown: they name a person
SHORT = 4_096  # bytes: each name that is covered copies the text, and an event may be a megabyte of names
QUOTED = tuple(f'"{name}"' for name in SECRET)
BETWEEN = (':"', ': "')  # a name and its text, as nearly all write it
HIDDEN = "***"
UNREADABLE = ("too_large", "malformed", "forbidden_header")
NO_JSON = (msgspec.DecodeError, RecursionError)

Place = tuple[str, int]  # topic and partition

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class Refused(msgspec.Struct):
    """A record of `peekproof.rejected`."""

    reason: str
    topic: str
    partition: int
    offset: int
    length: int
    sha256: str
    sample: str | None


def encode(reason: str, record: Record, place: Place) -> tuple[bytes, bytes]:
    """Key and value: reason, place and a redacted sample; of what can't be read only length and hash."""
    return _told(reason, record, place, None if reason in UNREADABLE else sample(record.value or b""))


def encode_foreign(reason: str, record: Record, place: Place) -> tuple[bytes, bytes]:
    """The same of a record that ingest can't read; what names a person in a foreign format is not known."""
    return _told(reason, record, place, None)


def _told(reason: str, record: Record, place: Place, shown: str | None) -> tuple[bytes, bytes]:
    topic, partition = place
    offset, value = record.offset, record.value or b""
    told = Refused(reason, topic, partition, offset, len(value), sha256(value).hexdigest(), shown)
    return f"{topic}/{partition}/{offset}".encode(), _encode(told)


def sample(value: bytes) -> str | None:
    """An event, which is valid JSON, without what names a person, cut to SAMPLE bytes; None if it can't be read."""
    shown = at_a_glance(value)
    if shown is not None:
        return shown[:SAMPLE]
    try:
        event = _decode(value)
        redact(event)
        return _encode(event)[:SAMPLE].decode("utf-8", "ignore")
    except NO_JSON:
        return None


def at_a_glance(value: bytes) -> str | None:
    """The same as it was written, if nothing is escaped: then a name in quotation marks is what it seems to be."""
    if len(value) > SHORT or b"\\" in value or not value.isascii():
        return None
    shown = value.decode()
    for name in QUOTED:
        at = shown.find(name)
        while at >= 0:
            begin = shown.find('"', at + len(name)) + 1
            end = shown.find('"', begin)
            if end < 0 or shown[at + len(name) : begin] not in BETWEEN:
                return None  # a name of something else than a text, or no name but a text
            shown = shown[:begin] + HIDDEN + shown[end:]
            at = shown.find(name, begin)
    return shown


def redact(value: Any) -> None:
    """In place: most of an event is text, of which nothing need be asked."""
    if type(value) is dict:
        for name in SECRET:
            if name in value:
                value[name] = HIDDEN
        for one in value.values():
            if type(one) is dict or type(one) is list:
                redact(one)
    elif type(value) is list:
        for one in value:
            if type(one) is dict or type(one) is list:
                redact(one)
