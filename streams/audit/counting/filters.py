"""Filters: conditions {attr, operator: operand} on dotted paths, all of which must hold."""

from collections.abc import Callable, Mapping
from typing import Any

ABSENT = object()


def equal(value: Any, operand: Any) -> bool:
    """Equal as JSON, where true is not 1."""
    return isinstance(value, bool) == isinstance(operand, bool) and bool(value == operand)


def comparable(value: Any, operand: Any) -> bool:
    """Numbers go with numbers and texts with texts."""
    if isinstance(value, bool):
        return False
    return isinstance(value, str if isinstance(operand, str) else int | float)


OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": equal,
    "ne": lambda value, operand: not equal(value, operand),
    "in": lambda value, operand: any(equal(value, one) for one in operand),
    "not_in": lambda value, operand: not any(equal(value, one) for one in operand),
    "gt": lambda value, operand: comparable(value, operand) and value > operand,
    "gte": lambda value, operand: comparable(value, operand) and value >= operand,
    "lt": lambda value, operand: comparable(value, operand) and value < operand,
    "lte": lambda value, operand: comparable(value, operand) and value <= operand,
    "exists": lambda value, operand: (value is not ABSENT) == operand,
}


def matches(filter_: Mapping[str, Any] | None, record: Any) -> bool:
    """Whether every condition holds; no filter matches everything."""
    return all(holds(condition, record) for condition in (filter_ or {}).get("all", []))


def holds(condition: Mapping[str, Any], record: Any) -> bool:
    """Whether one condition does. A null operand is none."""
    value = find(record, condition["attr"])
    given = {name: operand for name, operand in condition.items() if name != "attr" and operand is not None}
    return all(OPERATORS[name](value, operand) for name, operand in given.items())


def find(record: Any, path: str) -> Any:
    """What lies there, or ABSENT."""
    for step in path.split("."):
        if not isinstance(record, dict) or step not in record:
            return ABSENT
        record = record[step]
    return record
