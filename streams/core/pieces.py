"""Units as bytes, some thousand at a time: quick to write, and quicker to read.

Quiet units are columns of integers, those of as many entries together; a unit of none is one that is gone. All others
are told as JSON: first those that act, then those that are awake, as what these add may be integers of any size.
"""

from collections.abc import Iterable, Iterator
from struct import Struct, pack, unpack_from

import msgspec

from streams.core.memory import Acting, Copy, Entry, Reversal, State, States, Unit
from streams.core.quiet import words
from streams.core.recount import shared

GONE: State = ()

Told = State | Acting | bytes  # a unit as it was at one instant; bytes if it was awake
Awake = tuple[int, tuple[Entry, ...], list[Copy], list[Reversal], int | None, int | None]

_section = Struct("<II")  # units, and entries of each; after the last one comes one of no units, and then the JSON
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(tuple[list[tuple[int, Acting]], list[Awake]]).decode


def tell(key: int, state: State | Acting | Unit | None) -> Told:
    """The unit as it is now, whatever becomes of it."""
    if type(state) is Unit:
        return _encode((key, state.entries, state.conversions, state.reversals, state.matures, state.ends))
    return GONE if state is None else state


def write(units: Iterable[tuple[int, Told]]) -> bytes:
    """A piece."""
    acting, awake, quiet = list[tuple[int, Acting]](), list[bytes](), dict[int, tuple[list[int], list[int]]]()
    for key, told in units:
        if isinstance(told, bytes):
            awake.append(told)
        elif isinstance(told, Acting):
            acting.append((key, told))
        else:
            entries = words(told)
            keys, column = quiet.get(len(entries)) or quiet.setdefault(len(entries), ([], []))
            keys.append(key)
            column += entries
    sections = [_columns(width, keys, column) for width, (keys, column) in quiet.items()]
    return b"".join([*sections, _section.pack(0, 0), b"[", _encode(acting), b",[", b",".join(awake), b"]]"])


def read(piece: bytes, units: States) -> None:
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


def _columns(width: int, keys: list[int], column: list[int]) -> bytes:
    return _section.pack(len(keys), width) + pack(f"<{len(keys) * (1 + width)}Q", *keys, *column)


def _put(units: States, keys: tuple[int, ...], column: tuple[int, ...], width: int) -> None:
    if width == 0:
        for key in keys:
            units.pop(key, None)
    else:
        units.update(zip(keys, column if width == 1 else _in_turn(column, width), strict=True))


def _in_turn(column: tuple[int, ...], width: int) -> Iterator[tuple[int, ...]]:
    return zip(*[iter(column)] * width, strict=True)


def _unit(told: Awake) -> tuple[int, Unit]:
    key, entries, conversions, reversals, matures, ends = told
    for entry in entries:
        entry.added = shared(entry.added)
    return key, Unit(entries, conversions or (), reversals or (), matures, ends)
