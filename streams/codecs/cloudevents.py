"""CloudEvents 1.0 as JSON, structured or in Kafka's binary mode: bytes to an event, or to the reason why not."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from streams.codecs.sight import Keyed, Sight, at_first_sight, identity, read
from streams.codecs.wire import UNREADABLE, ConversionData, EvaluationEvent, Event
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
        judge, seen = state.judge(kind), self._seen

        def special(record: Record, parsed: Event, time: int, unit: int) -> str:
            recorded = record.timestamp
            return judge(_event(parsed, record.value or b"", time, unit), recorded, recorded)

        def obscure(record: Record, reason: str | None) -> str:
            recorded = record.timestamp
            return judge(seen(reason, record.value or b"", record.headers), recorded, recorded)

        return Sight(state.ordinary, self.unit, special, obscure).judge

    def decode(self, value: bytes | None, headers: Headers = ()) -> Arrived:
        """The event, or a reason of rule 2 of the contracts."""
        value = value or b""
        return self._seen(at_first_sight(value, headers), value, headers)

    def event(self, parsed: Event, body: bytes) -> Exposure | Conversion | str:
        """The core's form of a parsed event, with hashed ids."""
        try:
            time, unit = parse_instant(parsed.time), self.unit(parsed.data.unit_id)
        except ValueError:
            return "malformed"
        return _event(parsed, body, time, unit)

    def _seen(self, parsed: Event | str | None, value: bytes, headers: Headers) -> Arrived:
        """What was seen at first sight, in the core's form; with care if nothing was."""
        if parsed is None:
            if refusal := refuse(value, headers):
                return refusal
            value = structured(value, headers)
            parsed = parse(value)
        return parsed if isinstance(parsed, str) else self.event(parsed, value)


def _event(parsed: Event, body: bytes, time: int, unit: int) -> Exposure | Conversion:
    data = parsed.data
    if type(data) is ConversionData:  # isinstance asks a class that msgspec made ten times as long
        source, reverses, only = parsed.source, data.reverses, data.experiment_id
        own, target = identity(source, parsed.id), None if reverses is None else identity(source, reverses)
        return Conversion(time, data.event, unit, own, data.value, target, only, data.consent, body)
    of, reason, is_evaluation = data.experiment_id, data.assignment_reason, type(parsed) is EvaluationEvent
    return Exposure(time, of, data.variant, unit, data.attributes, data.consent, is_evaluation, reason, data.cost)


def parse(body: bytes) -> Event | str:
    """The checked envelope of an event in structured mode, or the reason why there is none."""
    try:
        body.decode()  # a field that is not read is not checked otherwise
    except UnicodeDecodeError:
        return "malformed"
    return read(body)


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
