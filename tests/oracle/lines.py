"""One line of bytes, read by itself: an Event, or the reason why it is none (rule 2 up to `unknown_type`)."""

import json
import re
from dataclasses import dataclass
from datetime import datetime

MEBIBYTE = 1 << 20
KINDS = {
    "peekproof.exposure.v1": "exposure",
    "peekproof.evaluation.v1": "evaluation",
    "peekproof.conversion.v1": "conversion",
}
RFC_3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True)
class Event:
    """`recorded` is the record time, `not_after` what the event time may exceed by the clock skew only."""

    kind: str
    source: str
    id: str
    time: int
    recorded: int
    not_after: int
    data: dict

    @property
    def unit(self):
        return self.data["unit_id"]

    @property
    def identity(self):
        return self.source, self.id


class Rejected(Exception):  # noqa: N818 - an outcome, not an error
    """Its only argument is the reason."""


def read(line, machine_time, kafka_timestamp=None):
    if len(line) > MEBIBYTE:
        raise Rejected("too_large")
    try:
        envelope = parse(line)
        kind = KINDS.get(check_envelope(envelope)["type"])
        if kind is None:
            raise Rejected("unknown_type")
        return build(kind, envelope, check_data(kind, envelope.get("data")), machine_time, kafka_timestamp)
    except (ValueError, OverflowError, RecursionError):
        raise Rejected("malformed") from None


def parse(line):
    return json.loads(line.decode("utf-8"), parse_constant=not_json, parse_float=finite, parse_int=finite_integer)


def not_json(constant):
    raise ValueError(constant)


def finite(digits):
    number = float(digits)
    if abs(number) == float("inf"):
        raise ValueError(digits)
    return number


def finite_integer(digits):
    float(int(digits))  # OverflowError beyond the double range
    return int(digits)


def check_envelope(envelope):
    need(envelope, dict)
    for name in ("specversion", "id", "source", "type", "time"):
        text(envelope.get(name))
    optional(envelope, {"subject": text, "recordtime": text})
    if envelope["specversion"] != "1.0":
        raise ValueError(envelope["specversion"])
    milliseconds(envelope["time"])
    return envelope


def check_data(kind, data):
    need(data, dict)
    for name in ("event", "unit_id") if kind == "conversion" else ("experiment_id", "variant", "unit_id"):
        text(data.get(name))
    if kind == "conversion":
        optional(data, {"value": number, "currency": text, "reverses": text, "experiment_id": text})
        optional(data, {"touches": sequence, "properties": mapping, "consent": texts})
    else:
        optional(data, {"attributes": mapping, "consent": texts, "assignment_reason": text, "cost": number})
    return data


def build(kind, envelope, data, machine_time, kafka_timestamp):
    time = milliseconds(envelope["time"])
    recorded = kafka_timestamp
    if recorded is None and envelope.get("recordtime") is not None:
        recorded = milliseconds(envelope["recordtime"])
    not_after = machine_time if recorded is None else recorded
    return Event(
        kind, envelope["source"], envelope["id"], time, time if recorded is None else recorded, not_after, data
    )


def milliseconds(stamp):
    """RFC 3339 to milliseconds since 1970, rounded down."""
    match = RFC_3339.fullmatch(stamp)
    if match is None:
        raise ValueError(stamp)
    date, clock, fraction, offset = match.groups()
    whole = datetime.fromisoformat(f"{date}T{clock}{'+00:00' if offset in 'Zz' else offset}")
    return int(whole.timestamp()) * 1000 + int(((fraction or "") + "000")[:3])


def optional(record, checks):
    for name, check in checks.items():
        if record.get(name) is not None:
            check(record[name])


def need(value, *kinds):
    if not isinstance(value, kinds) or isinstance(value, bool):
        raise ValueError(value)  # noqa: TRY004 - one exception means malformed


def text(value):
    need(value, str)
    if not value:
        raise ValueError(value)


def texts(value):
    need(value, list)
    for item in value:
        text(item)


def number(value):
    need(value, int, float)


def mapping(value):
    need(value, dict)


def sequence(value):
    need(value, list)
