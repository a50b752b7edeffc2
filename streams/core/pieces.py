"""Units as bytes, some thousand at a time: quick to write, and quicker to read.

Plain units are a listing of integers. Those that are awake are told as JSON, as what these add may be integers of any
size.
"""

from array import array
from struct import Struct

import msgspec
import numpy as np

from streams.core.listing import Listing
from streams.core.memory import Copy, Entry, Reversal, Unit
from streams.core.recount import shared
from streams.core.store import Store

Awake = tuple[int, tuple[Entry, ...], list[Copy], list[Reversal], int | None, int | None]

_size = Struct("<Q")  # integers of the listing, which are told alike; after them comes the JSON
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(tuple[list[str], list[Awake]]).decode


def tell(key: int, unit: Unit) -> bytes:
    """One that is awake, as it is now, whatever becomes of it."""
    return _encode((key, unit.entries, unit.conversions, unit.reversals, unit.matures, unit.ends))


def write(plain: Listing, names: list[str], awake: list[bytes]) -> bytes:
    """A piece, of units and the names of the events that they tell by number."""
    integers = np.asarray(plain.integers[: plain.count]).astype("<u8", copy=False).tobytes()
    return b"".join([_size.pack(plain.count), integers, b"[", _encode(names), b",[", b",".join(awake), b"]]"])


def read(piece: bytes, units: Store) -> None:
    """Put the units of a piece in the place of what they were."""
    (count,) = _size.unpack_from(piece)
    names, awake = _decode(piece[_size.size * (1 + count) :])
    units.load(array("Q", np.frombuffer(piece, "<u8", count, _size.size).astype("u8").tobytes()), names)
    units.update(map(_unit, awake))
    known = dict[str, str]()  # one object for a name of events, not one for each event
    for told in awake:
        for c in told[2]:
            c.event = known.setdefault(c.event, c.event)


def _unit(told: Awake) -> tuple[int, Unit]:
    key, entries, conversions, reversals, matures, ends = told
    for entry in entries:
        entry.added = shared(entry.added)
    return key, Unit(entries, conversions or (), reversals or (), matures, ends)
