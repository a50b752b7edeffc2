"""What CloudEvents hold that concern experiments: their fields, and of which types these are."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, final

import msgspec
from msgspec import Meta, Struct

Text = Annotated[str, Meta(min_length=1)]

TYPES = ("peekproof.exposure.v1", "peekproof.evaluation.v1", "peekproof.conversion.v1")
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


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


decode_event: Callable[[bytes], Event] = msgspec.json.Decoder(Event).decode


def second_look(body: bytes) -> Event | str:
    """Of a key written twice the last one counts, so an error may stand in a value that does not."""
    try:
        plain = msgspec.json.decode(body)
        if msgspec.convert(plain, AnyEvent).type not in TYPES:
            return "unknown_type"
        return msgspec.convert({"event": plain}, Converted).event
    except (*UNREADABLE, OverflowError):
        return "malformed"
