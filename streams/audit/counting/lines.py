"""One record, read by itself: an Event, or the reason why it is none (rule 2 up to `unknown_type`)."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from sys import intern
from typing import Any

from streams.audit.counting.checks import Object, mapping, need, number, optional, present, refuse, text, texts, touches

MEBIBYTE = 1 << 20
KINDS = {
    "peekproof.exposure.v1": "exposure",
    "peekproof.evaluation.v1": "evaluation",
    "peekproof.conversion.v1": "conversion",
}
WATERMARK = "peekproof.watermark.v1"  # between the events of a log that ingest writes: no event, so not refused
FRAMEWORKS = ("faust-ag-", "__faust")  # headers by which a framework would speak to itself
RFC_3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)", re.ASCII)

Headers = Sequence[tuple[str, bytes | None]]


@dataclass(frozen=True, slots=True)
class Event:
    """`recorded` is the record time, `not_after` what the event time may exceed by the clock skew only."""

    kind: str
    source: str
    id: str
    time: int
    recorded: int
    not_after: int
    data: Object

    @property
    def unit(self) -> str:
        """Who it is about."""
        return str(self.data["unit_id"])

    @property
    def identity(self) -> tuple[str, str]:
        """What copies of it share."""
        return self.source, self.id


def read(
    line: bytes | None, machine_time: int, kafka_timestamp: int | None = None, headers: Headers = ()
) -> Event | str:
    """The event in a line of a file, or in a Kafka record; or the reason why there is none.

    Args:
        line: the bytes.
        machine_time: wall clock in ms, which bounds the event time of a line without a record time.
        kafka_timestamp: the record time in ms, if it does not stand in the line.
        headers: of a Kafka record.
    """
    body = line or b""
    if len(body) > MEBIBYTE:
        return "too_large"
    if any(name.lower().startswith(FRAMEWORKS) for name, _ in headers):
        return "forbidden_header"
    try:
        return build(check_envelope(envelope(body, headers)), machine_time, kafka_timestamp)
    except (ValueError, OverflowError, RecursionError):
        return "malformed"


def envelope(body: bytes, headers: Headers) -> Any:
    """The CloudEvent: all of it in the value, or its attributes in headers (`ce_`) and its data in the value."""
    if not any(name == "ce_specversion" for name, _ in headers):
        return parse(body)
    attributes = {name[3:]: (value or b"").decode() for name, value in headers if name.startswith("ce_")}
    return attributes | {"data": parse(body)}


def parse(body: bytes) -> Any:
    """Strict JSON. What nobody reads must be no more than that: numbers may be too large there."""
    found = json.loads(body.decode("utf-8"), parse_constant=refuse)
    if b"\\u" in body:
        json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair is no text
    return found


def check_envelope(found: Any) -> Object:
    """What every CloudEvent has."""
    need(found, dict)
    for name in ("specversion", "id", "source", "type", "time"):
        text(found.get(name))
    if found["specversion"] != "1.0":
        refuse(found["specversion"])
    event: Object = found
    return event


def check_data(kind: str, data: Any) -> Object:
    """What exposures and conversions have."""
    need(data, dict)
    for name in ("event", "unit_id") if kind == "conversion" else ("experiment_id", "variant", "unit_id"):
        text(data.get(name))
    if kind == "conversion":
        optional(data, {"value": number, "currency": text, "reverses": text, "experiment_id": text})
        present(data, {"touches": touches, "properties": mapping, "consent": texts})
    else:
        optional(data, {"assignment_reason": text, "cost": number})
        present(data, {"attributes": mapping, "consent": texts})
    found: Object = data
    return found


def build(found: Object, machine_time: int, kafka_timestamp: int | None) -> Event | str:
    """The event of an envelope."""
    if found["type"] == WATERMARK:
        return "watermark"
    kind = KINDS.get(found["type"])
    if kind is None:
        return "unknown_type"
    optional(found, {"subject": text, "recordtime": text, "datacontenttype": text})
    data, time = check_data(kind, found.get("data")), milliseconds(found["time"])
    recorded = kafka_timestamp
    if recorded is None and found.get("recordtime") is not None:
        recorded = milliseconds(found["recordtime"])
    not_after = machine_time if recorded is None else recorded
    written = time if recorded is None else recorded
    return Event(kind, intern(found["source"]), found["id"], time, written, not_after, frugal(data))


def frugal(data: Object) -> Object:
    """The same with equal texts kept once: a log repeats itself."""
    return {intern(name): intern(value) if isinstance(value, str) else value for name, value in data.items()}


def milliseconds(stamp: str) -> int:
    """RFC 3339 to milliseconds since 1970, rounded down."""
    match = RFC_3339.fullmatch(stamp)
    if match is None:
        refuse(stamp)
    date, clock, fraction, offset = match.groups()
    whole = datetime.fromisoformat(f"{date}T{clock}{'+00:00' if offset in 'Zz' else offset}")
    return int(whole.timestamp()) * 1000 + int(((fraction or "") + "000")[:3])
