"""Which units have changed since the last snapshot, and what those were that an open one has still to show.

A snapshot shows one instant, but is packed while the state goes on. So whoever is about to change a unit says so first,
and while one is being packed, the first time after its cut what the unit was is kept.

Compiled where that is possible, see `table`.
"""

from array import array
from collections.abc import Iterator

from streams.core import pieces
from streams.core.listing import Listing
from streams.core.store import Store

MOST_UNITS, MOST_BYTES = 4_000, 1 << 17  # of a piece: packing it must not hold up the event loop

Changed = dict[int, int | bytes | None]  # since the cut; while that is packed, where is told what they were, or that


class Changes:
    """Watches the units of a partition, from the first snapshot on."""

    def __init__(self, units: Store) -> None:
        self._units, self._table = units, units.table
        self._changed: Changed | None = None
        self._before = Listing()
        self._left = array("Q")  # keys, to be packed; the last ones come first

    def touch(self, key: int) -> None:
        """The unit is about to change."""
        changed = self._changed
        if changed is not None and key not in changed:
            changed[key] = self._tell(key) if self._left else None

    def cut(self, *, whole: bool) -> Iterator[bytes]:
        """This instant, piece by piece: all units, or those that changed since the last cut.

        Raises:
            ValueError: the last cut is still being packed, or there was none to which changes could be told.
        """
        if self._left:
            raise ValueError("the last snapshot is still being packed; take its pieces first, or drop it")
        if self._changed is None and not whole:
            raise ValueError("there is no snapshot to which changes could be told; take a whole one first")
        self._left = self._units.keys_now() if whole or self._changed is None else array("Q", self._changed)
        self._changed, self._before = Changed(), Listing()
        return self._pieces(self._left, self._changed)

    def drop(self) -> None:
        """Pack no more of the last cut; the next one must be whole."""
        del self._left[:]  # nobody takes pieces of it any more
        self._changed = None

    def _tell(self, key: int) -> int | bytes:
        """What the unit is now."""
        at = self._before.count
        return at if self._before.tell(self._table, key) else pieces.tell(key, self._units.awake[key])

    def _pieces(self, left: "array[int]", changed: Changed) -> Iterator[bytes]:
        while left:
            keys = left[-MOST_UNITS:]
            del left[-MOST_UNITS:]
            yield self._piece(keys, left, changed)
        changed.update(dict.fromkeys(changed))  # what they were is told

    def _piece(self, keys: "array[int]", left: "array[int]", changed: Changed) -> bytes:
        """What these were at the cut. Those that are awake are large: whom there is no room for is left."""
        plain, awake, room = Listing(), list[bytes](), MOST_BYTES
        for key in keys:
            told = changed.get(key)
            if isinstance(told, int):
                plain.repeat(self._before, told)
            elif isinstance(told, bytes) or not plain.tell(self._table, key):
                if room > 0:
                    unit = told or pieces.tell(key, self._units.awake[key])
                    awake.append(unit)
                    room -= len(unit)
                else:
                    left.append(key)
        return pieces.write(plain, self._units.names, awake)
