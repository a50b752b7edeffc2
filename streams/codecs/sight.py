"""Events as nearly all are written: decoded at first sight, and counted without an object for each.

Compiled where that is possible, see `streams.core.table`.
"""

from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b

from msgspec import ValidationError
from msgspec.structs import astuple

from streams.codecs.wire import UNREADABLE, ConversionEvent, Event, ExposureEvent, decode_event, second_look
from streams.core.events import MAX_BYTES, Headers, Record
from streams.core.ordinary import Ordinary
from streams.core.times import Instants

ID, SOURCE, TIME, DATA = map(ExposureEvent.__struct_fields__.index, ("id", "source", "time", "data"))
MALFORMED = "malformed"
_integer = int.from_bytes


class Keyed:
    """Numbers for units, by a hash with a secret key."""

    def __init__(self, key: bytes) -> None:
        self._begun = blake2b(digest_size=8, key=key).copy  # half the cost of keying one for each event

    def number(self, id_: str) -> int:
        """The number that stands for a unit from here on."""
        hashed = self._begun()
        hashed.update(id_.encode())
        return _integer(hashed.digest())


class Sight:
    """Puts the records of a source into the state.

    Args:
        ordinary: what is asked of events about which there is nothing special.
        number: of a unit; a ValueError if it has none.
        special: judges any other event, with its time and the number of its unit; the outcome.
        obscure: judges a record of which no event was seen at first sight, with the reason if there is one; it may be
            a watermark.
    """

    def __init__(
        self,
        ordinary: Ordinary,
        number: Callable[[str], int],
        special: Callable[[Record, Event, int, int], str],
        obscure: Callable[[Record, str | None], str],
    ) -> None:
        self._ordinary, self._number, self._special, self._obscure = ordinary, number, special, obscure
        self._instants = Instants()

    def judge(self, record: Record) -> str:
        """The outcome."""
        parsed = at_first_sight(record.value or b"", record.headers)
        if parsed is None or isinstance(parsed, str):
            return MALFORMED if parsed == MALFORMED else self._obscure(record, parsed)
        kind, envelope = type(parsed), astuple(parsed)
        data = astuple(envelope[DATA])
        if kind is ConversionEvent:
            event, unit, value, _, reverses, only, _, _, consent = data
        else:
            experiment, variant, unit, _, consent, _, cost = data
        try:
            time, number = self._instants.parse(envelope[TIME]), self._number(unit)
        except ValueError:
            return MALFORMED
        outcome = None
        if kind is ExposureEvent:
            outcome = self._ordinary.expose(experiment, variant, cost, consent, number, time, record.timestamp)
        elif kind is ConversionEvent and reverses is None and only is None:
            own = identity(envelope[SOURCE], envelope[ID])
            outcome = self._ordinary.convert(event, value, consent, number, own, time, record.timestamp)
        return self._special(record, parsed, time, number) if outcome is None else outcome


def at_first_sight(value: bytes, headers: Headers) -> Event | str | None:
    """The envelope of an event as nearly all are written, or the reason why there is none; None: it takes care."""
    if headers or len(value) > MAX_BYTES or not value.isascii():
        return None
    return read(value)


def read(body: bytes) -> Event | str:
    """The checked envelope of an event in structured mode, which is UTF-8, or the reason why there is none."""
    try:
        return decode_event(body)
    except ValidationError:
        return second_look(body)
    except UNREADABLE:
        return MALFORMED


def identity(source: str, id_: str) -> int:
    """The number that stands for an event: ids are told apart within their source."""
    hashed = _of(source)()
    hashed.update(id_.encode())
    return _integer(hashed.digest())


@lru_cache(maxsize=1024)
def _of(source: str) -> "Callable[[], blake2b]":
    return blake2b(f"{len(source)}:{source}".encode(), digest_size=8).copy
