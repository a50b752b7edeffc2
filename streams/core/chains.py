"""Rows of integers, each of which knows the next of its chain. Compiled where that is possible, see `table`."""

from array import array

from streams.core.rows import FREE, NEXT

ROOM = 1_000  # rows at the beginning


class Chains:
    """Rows, told by where they begin; 0 is nobody's and ends a chain. What is given back is given out again.

    Attributes:
        cells: rows one after the other: first where the next one begins, then what is told, FREE while that is nothing.
    """

    def __init__(self, width: int) -> None:
        self.cells = array("Q", [FREE]) * (ROOM * width)
        self._width, self._free, self._end = width, 0, width

    def put(self, after: int) -> int:
        """A row, and that one after it."""
        row = self._free
        if row:
            self._free = self.cells[row + NEXT]
        else:
            row, self._end = self._end, self._end + self._width
            if row == len(self.cells):
                self.cells = array("Q", bytes(self.cells)) + array("Q", [FREE]) * row
        self.cells[row + NEXT] = after
        return row

    def free(self, row: int) -> None:
        """Nobody needs that row and those after it."""
        while row:
            after = self.cells[row + NEXT]
            self.cells[row + NEXT], self.cells[row + NEXT + 1] = self._free, FREE
            self._free, row = row, after
