"""Units in rows of integers: of each its words, and the conversions that are at hand.

Open addressing: a key is looked for from where its hash says on, up to the first free slot. A unit with several entries
or conversions has chains of rows.

Every module with a `.pxd` beside it, which says the types, is compiled where a C compiler is at hand, and
runs as it is written where there is none. Integers have 64 bits then: nothing may need more, or count on fewer.
"""

from array import array

from streams.core.chains import Chains
from streams.core.rows import (
    COPIES,
    ENTRIES,
    ENTRY,
    FREE,
    IDENTITY,
    KEPT,
    KEY,
    MORE,
    NAME,
    OUT,
    TIME,
    TIMES,
    VALUE,
    WIDTH,
    WORD,
)

FULL = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15  # keys that follow each other lie apart (Knuth, TAOCP 3, 6.4)


class Table:
    """Slots by key.

    Attributes:
        slots: one after the other.
        count: of those that are taken.
        entries, copies: further entries of units, and conversions.
    """

    def __init__(self) -> None:
        self.count, self._bits = 0, 10
        self.slots = _slots(1 << self._bits)
        self.entries, self.copies = Chains(ENTRIES), Chains(COPIES)

    def find(self, key: int) -> int:
        """Where the slot of a key begins; -1: it has none."""
        at = self._home(key)
        while self.slots[at + WORD] != FREE:
            if self.slots[at + KEY] == key:
                return at
            at = self._beside(at)
        return -1

    def add(self, key: int, word: int) -> int:
        """A slot for a key that has none."""
        if 4 * self.count >= 3 << self._bits:
            self._grow()
        self.count += 1
        at = self._vacant(key)
        self.slots[at + KEY], self.slots[at + WORD], self.slots[at + MORE], self.slots[at + KEPT] = key, word, 0, 0
        return at

    def reserve(self, count: int) -> None:
        """Room for so many. Keys in the order of another table's slots would crowd a smaller one beyond all bounds."""
        while 4 * count >= 3 << self._bits:
            self._grow()

    def remove(self, at: int) -> None:
        """A slot whose chains are empty; those that had to make way for it move up."""
        self.count -= 1
        hole, size = at, WIDTH << self._bits
        at = self._beside(at)
        while self.slots[at + WORD] != FREE:
            if (at - self._home(self.slots[at + KEY])) & (size - 1) >= (at - hole) & (size - 1):
                for column in range(WIDTH):
                    self.slots[hole + column] = self.slots[at + column]
                hole = at
            at = self._beside(at)
        self.slots[hole + WORD] = FREE

    def enter(self, at: int, word: int) -> None:
        """One more entry of a unit."""
        if self.slots[at + WORD] == OUT:
            self.slots[at + WORD] = word
        else:
            row = self.slots[at + MORE] = self.entries.put(self.slots[at + MORE])
            self.entries.cells[row + ENTRY] = word

    def keep(self, at: int, identity: int, time: int, value: int, name: int, times: int) -> None:
        """One more conversion of a unit; no number is below 0."""
        row = self.slots[at + KEPT] = self.copies.put(self.slots[at + KEPT])
        cells = self.copies.cells
        cells[row + IDENTITY], cells[row + TIME], cells[row + VALUE] = identity, time, value
        cells[row + NAME], cells[row + TIMES] = name, times

    def leave(self, at: int) -> None:
        """No entry any more."""
        self.entries.free(self.slots[at + MORE])
        self.slots[at + WORD], self.slots[at + MORE] = OUT, 0

    def forget(self, at: int) -> None:
        """No conversion any more."""
        self.copies.free(self.slots[at + KEPT])
        self.slots[at + KEPT] = 0

    def _home(self, key: int) -> int:
        """Of the product its upper bits, so that slots keep their order when there are twice as many."""
        return ((key * GOLDEN & FULL) >> (64 - self._bits)) * WIDTH

    def _beside(self, at: int) -> int:
        return (at + WIDTH) & ((WIDTH << self._bits) - 1)

    def _vacant(self, key: int) -> int:
        at = self._home(key)
        while self.slots[at + WORD] != FREE:
            at = self._beside(at)
        return at

    def _grow(self) -> None:
        old, size = self.slots, WIDTH << self._bits
        self._bits += 1
        self.slots = _slots(1 << self._bits)
        for at in range(0, size, WIDTH):
            if old[at + WORD] != FREE:
                new = self._vacant(old[at + KEY])
                for column in range(WIDTH):
                    self.slots[new + column] = old[at + column]


def _slots(count: int) -> "array[int]":
    return array("Q", [0, FREE, 0, 0]) * count
