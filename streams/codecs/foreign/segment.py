"""Calls of Segment's `track`, as Segment and GrowthBook's Segment integration send them.

"Experiment Viewed" is an exposure, every other call of `track` a conversion of that name. What a call says of a
person beside its properties (traits, address, device) stays where it is.
"""

from typing import Any

import msgspec
from msgspec import Struct

from streams.codecs.foreign.base import CONVERSION, EXPOSURE, Mapped, Route
from streams.codecs.wire import Text
from streams.core.events import Headers
from streams.core.times import parse_instant

VIEWED = "Experiment Viewed"
EXPERIMENT = ("experiment_id", "experimentId")  # Segment's name, GrowthBook's
VARIANT = ("variation_id", "variationId")
NAMES = ("experiment_name", "variation_name")
OTHERS = ("identify", "page", "screen", "group", "alias")


class Consent(Struct, rename="camel"):
    category_preferences: dict[str, bool] = {}


class Context(Struct):
    consent: Consent | None = None


class Track(Struct, tag_field="type", tag="track", rename="camel"):
    message_id: Text
    timestamp: Text
    event: Text
    user_id: str | None = None
    anonymous_id: str | None = None
    properties: dict[str, Any] | None = None
    context: Context | None = None


class Call(Struct):
    type: str


_decode = msgspec.json.Decoder(Track).decode
_decode_call = msgspec.json.Decoder(Call).decode


class Segment:
    """Calls of one topic."""

    def __init__(self, route: Route) -> None:
        self._source = f"/segment/{route.topic}"
        self._unit = route.unit
        self._value = route.value
        self._variants = route.variants

    def map(self, value: bytes, headers: Headers) -> Mapped | str | None:
        """The event; None for calls that are no `track`, and for those of nobody who can be a unit."""
        del headers
        try:
            call = _decode(value)
            parse_instant(call.timestamp)
        except (ValueError, RecursionError):  # every error of msgspec is one
            return _other(value)
        unit = call.user_id if self._unit == "userId" else call.anonymous_id
        if call.event == VIEWED:
            return self._exposure(call, unit)
        return self._conversion(call, unit) if unit else None

    def _exposure(self, call: Track, unit: str | None) -> Mapped | str:
        told = call.properties or {}
        experiment, variant = _first(told, EXPERIMENT), _first(told, VARIANT)
        if not (unit and experiment and variant):
            return "malformed"
        ours = self._variants.get(experiment, {}).get(variant, variant)
        attributes = {name: one for name, one in told.items() if name not in (*EXPERIMENT, *VARIANT, *NAMES)}
        data = {"experiment_id": experiment, "variant": ours, "attributes": attributes}
        return self._mapped("exposures", EXPOSURE, call, unit, data)

    def _conversion(self, call: Track, unit: str) -> Mapped:
        told = call.properties or {}
        data = {"event": call.event, "properties": told, "value": self._value_of(told)}
        data |= {"currency": told["currency"]} if _is_text(told.get("currency")) else {}
        return self._mapped("conversions", CONVERSION, call, unit, data)

    def _value_of(self, told: dict[str, Any]) -> float | None:
        return next((told[name] for name in self._value if _is_number(told.get(name))), None)

    def _mapped(self, kind: str, type_: str, call: Track, unit: str, data: dict[str, Any]) -> Mapped:
        envelope = {"specversion": "1.0", "id": call.message_id, "source": self._source, "type": type_}
        return Mapped(kind, unit, {**envelope, "time": call.timestamp, "data": data | _consent(call)})


def _other(value: bytes) -> str | None:
    """What a call is that is no `track` we understand."""
    try:
        kind = _decode_call(value).type
    except (ValueError, RecursionError):
        return "malformed"
    if kind in OTHERS:
        return None
    return "malformed" if kind == "track" else "unknown_type"


def _first(told: dict[str, Any], names: tuple[str, ...]) -> str:
    """The text of the first that is there; GrowthBook numbers its variations."""
    found = next((told[name] for name in names if told.get(name) is not None), None)
    return str(found) if isinstance(found, str) or _is_number(found) else ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _consent(call: Track) -> dict[str, list[str]]:
    given = call.context.consent.category_preferences if call.context and call.context.consent else {}
    return {"consent": [name for name, agreed in given.items() if agreed and name]} if given else {}
