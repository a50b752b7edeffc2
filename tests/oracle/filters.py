"""Filters: `all` or `any` of conditions {attr, operator: operand} on dotted paths.

An absent path satisfies `exists: false` and nothing else.
"""

OPERATORS = {
    "eq": lambda value, operand: value == operand,
    "ne": lambda value, operand: value != operand,
    "in": lambda value, operand: value in operand,
    "not_in": lambda value, operand: value not in operand,
    "gt": lambda value, operand: value > operand,
    "gte": lambda value, operand: value >= operand,
    "lt": lambda value, operand: value < operand,
    "lte": lambda value, operand: value <= operand,
}


def matches(conditions, record):
    conditions = conditions or {}
    return all(holds(c, record) for c in conditions.get("all", [])) and (
        "any" not in conditions or any(holds(c, record) for c in conditions["any"])
    )


def holds(condition, record):
    value = find(record, condition["attr"])
    if "exists" in condition:
        return (value is not None) == condition["exists"]
    return value is not None and all(
        OPERATORS[name](value, operand) for name, operand in condition.items() if name != "attr"
    )


def find(record, path):
    """What lies there, or None."""
    for step in path.split("."):
        record = record.get(step) if isinstance(record, dict) else None
    return record
