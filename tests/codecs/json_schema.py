"""As much of JSON Schema as the published ones use: what is wrong with a document, as (pointer, word)."""

import re

TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "integer": int,
    "number": (int, float),
}


def faults(schema, value, root=None, at=""):
    """Every place that does not fit."""
    root = root or schema
    if "$ref" in schema:
        return faults(root["$defs"][schema["$ref"].rpartition("/")[2]], value, root, at)
    if "anyOf" in schema:
        found = [faults(one, value, root, at) for one in schema["anyOf"]]
        return [] if [] in found else min(found, key=len)
    if "enum" in schema and value not in schema["enum"]:
        return [(at, "enum")]
    if "type" in schema and not is_a(schema["type"], value):
        return [(at, "type")]
    return [(at, word) for word, broken in LIMITS.items() if word in schema and broken(schema[word], value)] + [
        fault for child, part, key in parts(schema, value) for fault in faults(child, part, root, f"{at}/{key}")
    ]


def is_a(type_, value):
    return isinstance(value, TYPES[type_]) and (type_ == "boolean" or not isinstance(value, bool))


LIMITS = {
    "required": lambda names, value: not set(names) <= set(value),
    "pattern": lambda pattern, value: not re.search(pattern, value),
    "minLength": lambda least, value: len(value) < least,
    "maxLength": lambda most, value: len(value) > most,
    "minItems": lambda least, value: len(value) < least,
    "maxItems": lambda most, value: len(value) > most,
    "minimum": lambda least, value: value < least,
    "maximum": lambda most, value: value > most,
    "exclusiveMinimum": lambda least, value: value <= least,
}


def parts(schema, value):
    """(schema, value, key) of everything inside."""
    if isinstance(value, dict):
        rest = schema.get("additionalProperties", True)
        for key, part in value.items():
            child = schema.get("properties", {}).get(key, rest)
            yield ({} if child is True else child or {"enum": []}), part, key
    if isinstance(value, list):
        first = schema.get("prefixItems", [])
        for i, part in enumerate(value):
            yield (first[i] if i < len(first) else schema.get("items") or {}), part, i
