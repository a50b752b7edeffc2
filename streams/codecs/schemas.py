"""JSON Schemas of what goes in and out, from the types that read and write it."""

import json
from typing import Any

import msgspec

from streams.codecs import decisions, wire
from streams.core import schema
from streams.core.attribution import Counts
from streams.core.times import format_duration, format_instant

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PUBLISHED = {
    "definition": schema.Definition,
    "exposure": wire.ExposureEvent | wire.EvaluationEvent,
    "conversion": wire.ConversionEvent,
    "decision": decisions.Decision,
    "counts": list[Counts],
}
QUANTITIES = {
    schema.Millis: {"type": "string", "pattern": "^[0-9]{1,9}(ms|s|m|h|d|w)$"},
    schema.Instant: {"type": "string", "format": "date-time"},
}
ANCHORS = {r"\A": "^", r"\Z": "$"}  # as other languages write them


def published() -> dict[str, str]:
    """The text of every schema, by name."""
    return {name: json.dumps(_schema(name, kind), indent=2) + "\n" for name, kind in PUBLISHED.items()}


def _schema(name: str, kind: Any) -> Schema:
    found: Schema = msgspec.json.schema(kind, schema_hook=lambda quantity: dict(QUANTITIES[quantity]))
    for part in _parts() if name == "definition" else ():
        _defaults(part, found["$defs"][part.__name__]["properties"])
    return {"$schema": DIALECT, "title": f"peekproof {name}", **_anchored(found)}


def _parts() -> list[type[schema.Part]]:
    kinds = vars(schema).values()
    parts = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, schema.Part)]
    return [kind for kind in parts if kind is not schema.Part]


def _defaults(part: type[schema.Part], properties: Schema) -> None:
    """Those that hold a quantity are not known to the generator: it takes them as they are kept, in ms."""
    for field in msgspec.structs.fields(part):
        if field.default_factory is not msgspec.NODEFAULT:
            default = msgspec.to_builtins(field.default_factory(), enc_hook=_text)
            properties[field.encode_name] |= {"default": default}


def _text(value: Any) -> str:
    return format_instant(value) if isinstance(value, schema.Instant) else format_duration(value)


def _anchored(node: Any) -> Any:
    """Patterns in the dialect of JSON Schema."""
    if isinstance(node, list):
        return [_anchored(one) for one in node]
    if not isinstance(node, dict):
        return node
    out = {key: _anchored(value) for key, value in node.items()}
    if isinstance(out.get("pattern"), str):
        for ours, theirs in ANCHORS.items():
            out["pattern"] = out["pattern"].replace(ours, theirs)
    return out
