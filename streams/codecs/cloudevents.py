"""CloudEvents 1.0 as JSON, structured or in Kafka's binary mode: bytes to an event, or to the reason why not."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Annotated, Any, Literal, final

import msgspec
from msgspec import Meta, Struct

from streams.core.attribution import ACCEPTED, Attribution
from streams.core.events import MAX_BYTES, Arrival, Arrived, Conversion, Exposure, Record
from streams.core.times import parse_instant

Text = Annotated[str, Meta(min_length=1)]
Headers = Sequence[tuple[str, bytes | None]]

TYPES = ("peekproof.exposure.v1", "peekproof.evaluation.v1", "peekproof.conversion.v1")
FORBIDDEN = ("faust-ag-", "__faust")  # a framework's own messages: never data


class ExposureData(Struct, gc=False):
    experiment_id: Text
    variant: Text
    unit_id: Text
    attributes: dict[str, Any] = {}
    consent: tuple[Text, ...] = ()
    assignment_reason: Text | None = None
    cost: float | None = None


class Touch(Struct, gc=False):
    channel: Text
    at: Text


@final
class ConversionData(Struct, gc=False):
    event: Text
    unit_id: Text
    value: float | None = None
    currency: Text | None = None
    reverses: Text | None = None
    experiment_id: Text | None = None
    touches: tuple[Touch, ...] = ()
    properties: dict[str, Any] = {}
    consent: tuple[Text, ...] = ()


class Envelope(Struct, tag_field="type", gc=False):
    specversion: Literal["1.0"]
    id: Text
    source: Text
    time: Text
    subject: Text | None = None
    datacontenttype: Text | None = None
    recordtime: Text | None = None


class ExposureEvent(Envelope, tag="peekproof.exposure.v1", kw_only=True, gc=False):
    data: ExposureData


class EvaluationEvent(Envelope, tag="peekproof.evaluation.v1", kw_only=True, gc=False):
    data: ExposureData


class ConversionEvent(Envelope, tag="peekproof.conversion.v1", kw_only=True, gc=False):
    data: ConversionData


class AnyEvent(Struct):
    """What every CloudEvent has; tells an unknown type from a malformed event."""

    specversion: Literal["1.0"]
    id: Text
    source: Text
    time: Text
    type: Text


Event = ExposureEvent | EvaluationEvent | ConversionEvent


class Converted(Struct):
    """An event made from what was read already: of a structure msgspec remembers the plan, of a union it doesn't."""

    event: Event


_decode_event: Callable[[bytes], Event] = msgspec.json.Decoder(Event).decode
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_encode = msgspec.json.Encoder().encode
_unkeyed = blake2b(digest_size=8).copy
_integer = int.from_bytes


class Decoder:
    """Bytes to events.

    Args:
        key: secret for the hash of unit ids (at most 64 bytes); the same key must be used as long as state is kept.
    """

    def __init__(self, key: bytes = b"") -> None:
        self._keyed = blake2b(digest_size=8, key=key).copy  # half the cost of keying one for each event

    def arrivals(self, records: Iterable[Record]) -> Iterator[Arrival]:
        """Decode a batch while it is taken; every record becomes one arrival at its place in the log."""
        for record in records:
            time = record.timestamp
            yield Arrival(record.offset, time, self.decode(record.value, record.headers), time)

    def judge(self, state: Attribution, kind: str) -> Callable[[Record], str]:
        """What decodes a record of a source and puts it into the state; the outcome.

        Nearly all events are ordinary, and are counted without an object for each; the others are decoded and judged.
        """
        expose, convert, judge, number = state.expose, state.convert, state.judge(kind), self.unit

        def judged(record: Record) -> str:
            value, recorded = record.value or b"", record.timestamp
            parsed = at_first_sight(value, record.headers)
            if parsed is None:
                return judge(self._carefully(value, record.headers), recorded, recorded)
            try:
                time, unit = parse_instant(parsed.time), number(parsed.data.unit_id)
            except ValueError:
                return "malformed"
            if type(parsed) is ExposureEvent:
                taken = expose(parsed.data, unit, time, recorded)
            elif type(parsed) is ConversionEvent and parsed.data.reverses is None:
                taken = convert(parsed.data, unit, _identity(parsed.source, parsed.id), time, recorded)
            else:
                taken = False
            if taken:
                return ACCEPTED
            return judge(self.event(parsed, value), recorded, recorded)

        return judged

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
            identity, target = _identity(source, parsed.id), None if reverses is None else _identity(source, reverses)
            return Conversion(time, data.event, unit, identity, data.value, target, only, data.consent, body)
        of, reason, is_evaluation = data.experiment_id, data.assignment_reason, type(parsed) is EvaluationEvent
        return Exposure(time, of, data.variant, unit, data.attributes, data.consent, is_evaluation, reason, data.cost)

    def _carefully(self, value: bytes, headers: Headers) -> Arrived:
        """What is not read at first sight."""
        if refusal := refuse(value, headers):
            return refusal
        body = structured(value, headers)
        parsed = parse(body)
        return parsed if isinstance(parsed, str) else self.event(parsed, body)

    def unit(self, id_: str) -> int:
        """The number that stands for a unit from here on.

        Raises:
            ValueError: it has none.
        """
        hashed = self._keyed()
        hashed.update(id_.encode())
        return _integer(hashed.digest())


def at_first_sight(value: bytes, headers: Headers) -> Event | None:
    """The envelope of an event as nearly all are written."""
    if headers or len(value) > MAX_BYTES or not value.isascii():
        return None
    try:
        return _decode_event(value)
    except _UNREADABLE:
        return None


def parse(body: bytes) -> Event | str:
    """The checked envelope of an event in structured mode, or the reason why there is none."""
    try:
        if not body.isascii():
            body.decode()  # a field that is not read is not checked otherwise
        return _decode_event(body)
    except _UNREADABLE:
        return _second_look(body)


def refuse(value: bytes | None, headers: Headers) -> str | None:
    """What is refused unread."""
    if value is not None and len(value) > MAX_BYTES:
        return "too_large"
    return "forbidden_header" if headers and any(name.lower().startswith(FORBIDDEN) for name, _ in headers) else None


def structured(value: bytes, headers: Headers) -> bytes:
    """Binary mode written as structured mode: attributes from `ce_` headers, data from the value."""
    if not any(name == "ce_specversion" for name, _ in headers):
        return value
    try:
        attributes = {name[3:]: (text or b"").decode() for name, text in headers if name.startswith("ce_")}
        return _encode({**attributes, "data": msgspec.json.decode(value)})
    except _UNREADABLE:
        return b""


def _second_look(body: bytes) -> Event | str:
    """Of a key written twice the last one counts, so an error may stand in a value that does not."""
    try:
        plain = msgspec.json.decode(body)
        if msgspec.convert(plain, AnyEvent).type not in TYPES:
            return "unknown_type"
        return msgspec.convert({"event": plain}, Converted).event
    except (*_UNREADABLE, OverflowError):
        return "malformed"


def _identity(source: str, id_: str) -> int:
    hashed = _unkeyed()
    hashed.update(f"{len(source)}:{source}{id_}".encode())
    return _integer(hashed.digest())
