"""The first difference between what is recorded and what comes out anew, with both."""

from collections.abc import Iterator, Mapping
from typing import Any

NEAR = 1e-9  # relative beyond 1: evidence is rounded to as much, so that platforms agree


def differences(recorded: Any, derived: Any, path: str = "") -> Iterator[str]:
    """Every difference between two documents, by path."""
    if isinstance(recorded, dict) and isinstance(derived, dict):
        for key in [*recorded, *(key for key in derived if key not in recorded)]:
            yield from differences(recorded.get(key), derived.get(key), f"{path}/{key}")
    elif isinstance(recorded, list) and isinstance(derived, list) and len(recorded) == len(derived):
        for number, pair in enumerate(zip(recorded, derived, strict=True)):
            yield from differences(*pair, f"{path}/{_named(pair[0], number)}")
    elif not same(recorded, derived):
        yield f"{path.removeprefix('/')}: recorded {recorded!r}, derived {derived!r}"


def unequal(recorded: Mapping[str, Any], counted: Mapping[str, Any]) -> Iterator[str]:
    """Every recorded number that is not the one counted."""
    for name, value in recorded.items():
        if value != counted.get(name):
            yield f"{name}: recorded {value!r}, recounted {counted.get(name)!r}"


def same(a: Any, b: Any) -> bool:
    """Equal, as far as numbers that are no counts can be."""
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) <= NEAR * max(1.0, abs(a), abs(b))
    return type(a) is type(b) and bool(a == b)


def _named(item: Any, number: int) -> str:
    """A list's item by what it is called, if it is."""
    words = [item[key] for key in ("id", "variant", "kind") if key in item] if isinstance(item, dict) else []
    return " ".join(words) or str(number)
