"""Units as bytes, some thousand at a time: quick to write, and quicker to read.

Quiet units are columns of integers, those of as many entries together; a unit of none is one that is gone. All others
are told as JSON: first those that act, then those that are awake, as what these add may be integers of any size.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, compress, starmap
from struct import Struct, pack, unpack_from
from typing import Any

import msgspec

from streams.core.memory import Acting, Copy, Entry, Reversal, State, Unit
from streams.core.recount import shared
from streams.core.store import Store

GONE: State = ()

Told = State | Acting | bytes  # a unit as it was at one instant; bytes if it was awake
Awake = tuple[int, tuple[Entry, ...], list[Copy], list[Reversal], int | None, int | None]

KINDS = (int, tuple, Acting, Unit, bytes)  # entered once, otherwise often; acts; is awake, and was

_section = Struct("<II")  # units, and entries of each; after the last one comes one of no units, and then the JSON
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(tuple[list[tuple[int, Acting]], list[Awake]]).decode


def tell(key: int, state: State | Acting | Unit) -> Told:
    """The unit as it is now, whatever becomes of it."""
    return _tell(key, state) if type(state) is Unit else state


def write(keys: list[int], states: Sequence[Told | Unit | None], most: int) -> tuple[bytes, list[int]]:
    """A piece; and the units for which it has no room, as those that are awake are large and get so many bytes."""
    kinds = [*map(type, states)]
    entered, several, acting, awake, told = [_of(kind, kinds, keys, states) for kind in KINDS]
    sections = [_columns(1, *entered), *starmap(_columns, _by_width(*several))]
    large, waiting = _large([*zip(*told, strict=True), *zip(*awake, strict=True)], most)
    json = [b"[", _encode([*zip(*acting, strict=True)]), b",[", b",".join(large), b"]]"]
    return b"".join([*sections, _section.pack(0, 0), *json]), waiting


def read(piece: bytes, units: Store) -> None:
    """Put the units of a piece in the place of what they were."""
    at = 0
    while True:
        count, width = _section.unpack_from(piece, at)
        if not count:
            break
        keys = unpack_from(f"<{count}Q", piece, at + 8)
        column = unpack_from(f"<{count * width}Q", piece, at + 8 + 8 * count)
        at += 8 + 8 * count * (1 + width)
        _put(units, keys, column, width)
    acting, awake = _decode(piece[at + 8 :])
    units.update(acting)
    units.update(map(_unit, awake))
    names = dict[str, str]()  # one object for a name of events, not one for each event
    for conversions in [unit.conversions for _, unit in acting] + [told[2] for told in awake]:
        for c in conversions:
            c.event = names.setdefault(c.event, c.event)


def _of(kind: type, kinds: list[type], keys: list[int], states: Sequence[Any]) -> tuple[list[int], list[Any]]:
    """The units of a kind: keys, and states. There are too many to look at them one by one."""
    own = [one is kind for one in kinds] if kind in kinds else ()
    return [*compress(keys, own)], [*compress(states, own)]


def _by_width(keys: list[int], states: list[tuple[int, ...]]) -> Iterator[tuple[int, list[int], list[int]]]:
    """By how many entries they have: keys, and words."""
    for width in {*map(len, states)}:
        some = [len(words) == width for words in states]
        yield width, [*compress(keys, some)], [*chain.from_iterable(compress(states, some))]


def _large(units: list[tuple[int, Unit | bytes]], most: int) -> tuple[list[bytes], list[int]]:
    """As many as there is room for, and the keys of the others."""
    told, size = list[bytes](), 0
    while units and size < most:
        key, unit = units.pop()
        told.append(unit if isinstance(unit, bytes) else _tell(key, unit))
        size += len(told[-1])
    return told, [key for key, _ in units]


def _columns(width: int, keys: list[int], column: list[int]) -> bytes:
    return _section.pack(len(keys), width) + pack(f"<{len(keys) * (1 + width)}Q", *keys, *column) if keys else b""


def _tell(key: int, unit: Unit) -> bytes:
    return _encode((key, unit.entries, unit.conversions, unit.reversals, unit.matures, unit.ends))


def _put(units: Store, keys: tuple[int, ...], column: tuple[int, ...], width: int) -> None:
    if width == 0:
        for key in keys:
            units.pop(key, None)
    elif width == 1:
        units.enter(keys, column)
    else:
        units.update(zip(keys, _in_turn(column, width), strict=True))


def _in_turn(column: tuple[int, ...], width: int) -> Iterator[tuple[int, ...]]:
    return zip(*[iter(column)] * width, strict=True)


def _unit(told: Awake) -> tuple[int, Unit]:
    key, entries, conversions, reversals, matures, ends = told
    for entry in entries:
        entry.added = shared(entry.added)
    return key, Unit(entries, conversions or (), reversals or (), matures, ends)
