"""Instants and durations as integer milliseconds: the only form in which time enters the core."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
FIRST = (datetime(1, 1, 1, tzinfo=UTC) - EPOCH) // MILLISECOND
LAST = (datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC) - EPOCH) // MILLISECOND
ZERO = ord("0")
UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}

_RFC3339 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))\Z"
)
_SECOND = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\Z")
_DURATION = re.compile(r"([0-9]{1,9})(ms|s|m|h|d|w)\Z")


@lru_cache(maxsize=4096)
def _second(text: str) -> int | None:
    """Milliseconds of a whole second in UTC, written in full; a stream repeats its seconds, so this is mostly known."""
    return (datetime.fromisoformat(f"{text}+00:00") - EPOCH) // MILLISECOND if _SECOND.match(text) else None


class Instants:
    """Reads times one after the other: nearly always of the same second as the last one. Compiled, see `table`."""

    def __init__(self) -> None:
        self._known, self._second = "no time", 0

    def parse(self, text: str) -> int:
        """As `parse_instant`."""
        fraction = _fraction(text)
        if fraction < 0:
            return _any_instant(text)
        if not text.startswith(self._known):
            second = _second(text[:19])
            if second is None:
                return _any_instant(text)
            self._known, self._second = text[:19], second
        return self._second + fraction


def parse_instant(text: str) -> int:
    """Milliseconds since 1970 of an RFC 3339 time, rounded down.

    Raises:
        ValueError: not RFC 3339, no time zone, or not a calendar date.
    """
    return Instants().parse(text)


def _fraction(text: str) -> int:
    """What follows the second, if it is written as in nearly every stream, with milliseconds or without; or -1."""
    if len(text) == 20 and text[19] == "Z":
        return 0
    if len(text) != 24 or text[19] != "." or text[23] != "Z":
        return -1
    tenth, hundredth, last = ord(text[20]) - ZERO, ord(text[21]) - ZERO, ord(text[22]) - ZERO
    if 0 <= tenth <= 9 and 0 <= hundredth <= 9 and 0 <= last <= 9:
        return 100 * tenth + 10 * hundredth + last
    return -1


def _any_instant(text: str) -> int:
    match = _RFC3339.match(text)
    if not match:
        raise ValueError(f"{text[:40]!r} is not an RFC 3339 time such as 2026-11-22T10:00:00.123Z")
    date, clock, fraction, sign, hours, minutes = match.groups()
    instant = (_second(f"{date}T{clock}") or 0) + (int(fraction[:3].ljust(3, "0")) if fraction else 0)
    return instant if sign is None else instant - _offset(sign, int(hours), int(minutes))


def _offset(sign: str, hours: int, minutes: int) -> int:
    if hours > 23 or minutes > 59:
        raise ValueError(f"{hours:02}:{minutes:02} is not a time zone offset")
    return (1 if sign == "+" else -1) * (hours * 60 + minutes) * UNITS["m"]


def format_instant(milliseconds: int) -> str:
    """RFC 3339 in UTC with milliseconds; what lies outside its years is their first or last moment."""
    text = (EPOCH + min(max(milliseconds, FIRST), LAST) * MILLISECOND).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def format_duration(milliseconds: int) -> str:
    """As `parse_duration` reads it, in the largest unit that is whole."""
    name = next(name for name in ("d", "h", "m", "s", "ms") if milliseconds % UNITS[name] == 0)
    return f"{milliseconds // UNITS[name]}{name}" if milliseconds else "0s"


def parse_duration(text: str) -> int:
    """Milliseconds of a whole number with a unit, such as `30m`, `24h` or `7d`.

    Raises:
        ValueError: any other form.
    """
    match = _DURATION.match(text)
    if not match:
        raise ValueError(f"{text[:40]!r} is not a duration such as 30s, 5m, 24h or 7d")
    return int(match[1]) * UNITS[match[2]]
