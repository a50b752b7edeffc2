"""What a value must be; anything else raises ValueError or OverflowError."""

from collections.abc import Callable
from math import isinf
from typing import Any, NoReturn

Object = dict[str, Any]
Check = Callable[[Any], None]


def refuse(value: Any) -> NoReturn:
    """What must not be there."""
    raise ValueError(value)


def optional(record: Object, checks: dict[str, Check]) -> None:
    """Each of these, unless it is null or not there."""
    present({name: value for name, value in record.items() if value is not None}, checks)


def present(record: Object, checks: dict[str, Check]) -> None:
    """Each of these, unless it is not there."""
    for name, check in checks.items():
        if name in record:
            check(record[name])


def need(value: Any, *kinds: type) -> None:
    """One of these kinds; true and false are none of them."""
    if not isinstance(value, kinds) or isinstance(value, bool):
        refuse(value)


def text(value: Any) -> None:
    """Not empty."""
    need(value, str)
    if not value:
        refuse(value)


def texts(value: Any) -> None:
    """A list of them."""
    need(value, list)
    for item in value:
        text(item)


def touches(value: Any) -> None:
    """A list of contacts."""
    need(value, list)
    for item in value:
        need(item, dict)
        text(item.get("channel"))
        text(item.get("at"))


def number(value: Any) -> None:
    """In the range of doubles."""
    need(value, int, float)
    finite(float(value))  # OverflowError of an integer


def mapping(value: Any) -> None:
    """An object without infinities."""
    need(value, dict)
    finite(value)


def finite(value: Any) -> None:
    """Neither it nor anything in it is infinite."""
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        finite(item)
    if isinstance(value, float) and isinf(value):
        refuse(value)
