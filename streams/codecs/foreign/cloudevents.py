"""Events that are right but for their place: other partitions, another key, or raw unit ids where none may be."""

import msgspec
from msgspec import Raw

from streams.codecs.cloudevents import parse, structured
from streams.codecs.foreign.base import Mapped, Route
from streams.codecs.wire import ConversionEvent
from streams.core.events import Headers
from streams.core.times import parse_instant

_fields = msgspec.json.Decoder(dict[str, Raw]).decode


class CloudEvents:
    """What nobody reads is carried along as it was written, but for `subject`, which may name the unit."""

    def __init__(self, route: Route) -> None:
        del route

    def map(self, value: bytes, headers: Headers) -> Mapped | str:
        """The event, as strictly decoded as in the canonical topics."""
        body = structured(value, headers) if headers else value
        parsed = parse(body)
        if isinstance(parsed, str):
            return parsed
        parse_instant(parsed.time)
        event = _fields(body)
        event.pop("subject", None)
        kind = "conversions" if type(parsed) is ConversionEvent else "exposures"
        return Mapped(kind, parsed.data.unit_id, {**event, "data": _fields(event["data"])})
