"""CloudEvents 1.0 as JSON, structured or in Kafka's binary mode: bytes to an event, or to the reason why not."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from streams.codecs.sight import Keyed, Sight, at_first_sight, identity
from streams.codecs.wire import (
    TYPES,
    UNREADABLE,
    AnyEvent,
    ConversionData,
    Converted,
    EvaluationEvent,
    Event,
    decode_event,
)
from streams.core.attribution import Attribution
from streams.core.events import MAX_BYTES, Arrival, Arrived, Conversion, Exposure, Headers, Record
from streams.core.times import parse_instant

FORBIDDEN = ("faust-ag-", "__faust")  # a framework's own messages: never data

_encode = msgspec.json.Encoder().encode


class Decoder:
    """Bytes to events.

    Args:
        key: secret for the hash of unit ids (at most 64 bytes); the same key must be used as long as state is kept.

    Attributes:
        unit: gives the number that stands for a unit from here on, or a ValueError if it has none.
    """

    def __init__(self, key: bytes = b"") -> None:
        self.unit: Callable[[str], int] = Keyed(key).number

    def arrivals(self, records: Iterable[Record]) -> Iterator[Arrival]:
        """Decode a batch while it is taken; every record becomes one arrival at its place in the log."""
        for record in records:
            time = record.timestamp
            yield Arrival(record.offset, time, self.decode(record.value, record.headers), time)

    def judge(self, state: Attribution, kind: str) -> Callable[[Record], str]:
        """What decodes a record of a source and puts it into the state; the outcome."""
        judge, carefully, event = state.judge(kind), self._carefully, self.event

        def special(record: Record, parsed: Event | None) -> str:
            value, recorded = record.value or b"", record.timestamp
            told = carefully(value, record.headers) if parsed is None else event(parsed, value)
            return judge(told, recorded, recorded)

        return Sight(state.ordinary, self.unit, special).judge

    def decode(self, value: bytes | None, headers: Headers = ()) -> Arrived:
        """The event, or a reason of rule 2 of the contracts."""
        value = value or b""
        parsed = at_first_sight(value, headers)
        return self._carefully(value, headers) if parsed is None else self.event(parsed, value)

    def event(self, parsed: Event, body: bytes) -> Exposure | Conversion | str:
        """The core's form of a parsed event, with hashed ids."""
        data = parsed.data
        try:
            time, unit = parse_instant(parsed.time), self.unit(data.unit_id)
        except ValueError:
            return "malformed"
        if type(data) is ConversionData:  # isinstance asks a class that msgspec made ten times as long
            source, reverses, only = parsed.source, data.reverses, data.experiment_id
            own, target = identity(source, parsed.id), None if reverses is None else identity(source, reverses)
            return Conversion(time, data.event, unit, own, data.value, target, only, data.consent, body)
        of, reason, is_evaluation = data.experiment_id, data.assignment_reason, type(parsed) is EvaluationEvent
        return Exposure(time, of, data.variant, unit, data.attributes, data.consent, is_evaluation, reason, data.cost)

    def _carefully(self, value: bytes, headers: Headers) -> Arrived:
        """What is not read at first sight."""
        if refusal := refuse(value, headers):
            return refusal
        body = structured(value, headers)
        parsed = parse(body)
        return parsed if isinstance(parsed, str) else self.event(parsed, body)


def parse(body: bytes) -> Event | str:
    """The checked envelope of an event in structured mode, or the reason why there is none."""
    try:
        if not body.isascii():
            body.decode()  # a field that is not read is not checked otherwise
        return decode_event(body)
    except UNREADABLE:
        return _second_look(body)


def refuse(value: bytes | None, headers: Headers) -> str | None:
    """What is refused unread."""
    if value is not None and len(value) > MAX_BYTES:
        return "too_large"
    return "forbidden_header" if headers and any(name.lower().startswith(FORBIDDEN) for name, _ in headers) else None


def structured(value: bytes, headers: Headers) -> bytes:
    """Binary mode written as structured mode: attributes from `ce_` headers, data from the value."""
    if not headers or not any(name == "ce_specversion" for name, _ in headers):
        return value
    try:
        attributes = {name[3:]: (text or b"").decode() for name, text in headers if name.startswith("ce_")}
        return _encode({**attributes, "data": msgspec.json.decode(value)})
    except UNREADABLE:
        return b""


def _second_look(body: bytes) -> Event | str:
    """Of a key written twice the last one counts, so an error may stand in a value that does not."""
    try:
        plain = msgspec.json.decode(body)
        if msgspec.convert(plain, AnyEvent).type not in TYPES:
            return "unknown_type"
        return msgspec.convert({"event": plain}, Converted).event
    except (*UNREADABLE, OverflowError):
        return "malformed"
