"""Which units have changed since the last snapshot, and what those of an open one were that are still to be packed.

A snapshot shows one instant, but is packed while the state goes on. So whoever is about to change a unit says so first:
what is still to be packed is told then.
"""

from collections.abc import Iterator

from streams.core import pieces
from streams.core.memory import States, Unit
from streams.core.pieces import Told

MOST_UNITS, MOST_BYTES = 4_000, 1 << 17  # of a piece: packing it must not hold up the event loop


Left = dict[int, Told | Unit | None]  # to be packed; what is None is as it was


class Changes:
    """Watches the units of a partition, from the first snapshot on."""

    def __init__(self, units: States) -> None:
        self._units = units
        self._changed: dict[int, None] | None = None
        self._left: Left = {}

    def touch(self, key: int) -> None:
        """The unit is about to change."""
        if self._changed is not None:
            self._changed[key] = None
            if self._left:
                self._save(key)

    def cut(self, *, whole: bool) -> Iterator[bytes]:
        """This instant, piece by piece: all units, or those that changed since the last cut.

        Raises:
            ValueError: the last cut is still being packed, or there was none to which changes could be told.
        """
        if self._left:
            raise ValueError("the last snapshot is still being packed; take its pieces first, or drop it")
        if self._changed is None and not whole:
            raise ValueError("there is no snapshot to which changes could be told; take a whole one first")
        self._left = dict(self._units) if whole or self._changed is None else dict(self._changed)
        self._changed = {}
        return self._pieces(self._left)

    def drop(self) -> None:
        """Pack no more of the last cut; the next one must be whole."""
        self._left.clear()
        self._changed = None

    def _save(self, key: int) -> None:
        left = self._left.get(key, pieces.GONE)
        if left is None or type(left) is Unit:
            self._left[key] = pieces.tell(key, self._units.get(key))

    def _pieces(self, left: Left) -> Iterator[bytes]:
        while left:
            yield pieces.write(self._some(left))

    def _some(self, left: Left) -> list[tuple[int, Told]]:
        units, size = list[tuple[int, Told]](), 0
        while left and len(units) < MOST_UNITS and size < MOST_BYTES:
            key, told = left.popitem()
            if told is None or type(told) is Unit:
                told = pieces.tell(key, self._units.get(key))
            if isinstance(told, bytes):
                size += len(told)
            units.append((key, told))
        return units
