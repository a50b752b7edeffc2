"""Filters on attributes and on the data of a conversion."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from streams.core.schema import Condition, Filter

Predicate = Callable[[Mapping[str, Any]], bool]
ORDER = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}
ABSENT = object()


def predicate(filter_: Filter) -> Predicate | None:
    """A function that tells whether all conditions hold, or None when there are none."""
    tests = [_compile(condition) for condition in filter_.all]
    return (lambda data: all(test(data) for test in tests)) if tests else None


def _compile(condition: Condition) -> Predicate:
    path, compare = condition.attr.split("."), _comparison(condition)
    return lambda data: compare(look_up(data, path))


def _comparison(c: Condition) -> Callable[[Any], bool]:
    """An absent attribute satisfies `ne`, `not_in` and `exists: false` only."""
    if c.exists is not None:
        return lambda value: (value is not ABSENT) == c.exists
    if c.in_ is not None:
        return lambda value: any(_same(value, one) for one in c.in_ or ())
    if c.not_in is not None:
        return lambda value: not any(_same(value, one) for one in c.not_in or ())
    if c.ne is not None:
        return lambda value: not _same(value, c.ne)
    if c.eq is not None:
        return lambda value: _same(value, c.eq)
    name = next(name for name in ORDER if getattr(c, name) is not None)
    return lambda value: _ordered(ORDER[name], value, getattr(c, name))


def look_up(data: Any, path: Sequence[str]) -> Any:
    """What lies at the path, or ABSENT."""
    for key in path:
        if not isinstance(data, Mapping) or key not in data:
            return ABSENT
        data = data[key]
    return data


def _same(a: Any, b: Any) -> bool:
    """Equal as JSON: true is not 1."""
    return isinstance(a, bool) == isinstance(b, bool) and bool(a == b)


def _ordered(compare: Callable[[Any, Any], bool], value: Any, bound: float | str) -> bool:
    """Numbers with numbers, texts with texts; anything else is not in order."""
    if isinstance(value, bool) or isinstance(bound, str) != isinstance(value, str):
        return False
    return isinstance(value, int | float | str) and compare(value, bound)
