"""Why a record was refused: what goes to `peekproof.rejected`."""

import hashlib
from typing import Any

import msgspec

from streams.core.events import Record, Rejected

SAMPLE = 1_024  # bytes of the event that are shown
SECRET = ("unit_id", "subject")  # never shown: they name a person
UNREADABLE = ("too_large", "malformed", "forbidden_header")

_encode = msgspec.json.Encoder().encode


def encode(rejected: Rejected, record: Record, partition: int) -> bytes:
    """Reason, place and a redacted sample; of what can't be read only length and hash."""
    shown = None if rejected.reason in UNREADABLE else sample(record.value or b"")
    return _encode(_told(rejected.reason, record, (f"peekproof.{rejected.kind}", partition)) | {"sample": shown})


def encode_foreign(reason: str, record: Record, place: tuple[str, int]) -> bytes:
    """The same of a record that ingest can't read; what names a person in a foreign format is not known."""
    return _encode(_told(reason, record, place) | {"sample": None})


def _told(reason: str, record: Record, place: tuple[str, int]) -> dict[str, Any]:
    value, (topic, partition) = record.value or b"", place
    where = {"reason": reason, "topic": topic, "partition": partition, "offset": record.offset}
    return {**where, "length": len(value), "sha256": hashlib.sha256(value).hexdigest()}


def sample(value: bytes) -> str | None:
    """The event without what names a person, cut to SAMPLE bytes; None if some part of it can't be read."""
    try:
        return _encode(_redacted(msgspec.json.decode(value)))[:SAMPLE].decode("utf-8", "ignore")
    except (msgspec.DecodeError, RecursionError):
        return None


def _redacted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "…" if key in SECRET else _redacted(one) for key, one in value.items()}
    return [_redacted(one) for one in value] if isinstance(value, list) else value
