"""Integers that are put one after the other, and taken all at once. Compiled where that is possible, see `table`."""

from array import array

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.int64]


class Pile:
    """Words, in the order in which they came."""

    def __init__(self) -> None:
        self.count = 0
        self._room = array("q", bytes(8 * 64))

    def put(self, word: int) -> None:
        """One more."""
        if self.count == len(self._room):
            self._room = array("q", bytes(self._room)) * 2
        self._room[self.count] = word
        self.count += 1

    def take(self) -> Words:
        """All of them."""
        taken = np.array(self._room[: self.count])
        self.count = 0
        return taken
