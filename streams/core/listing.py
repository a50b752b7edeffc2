"""Plain units as integers one after the other, as snapshots hold them. Compiled where that is possible, see `table`.

A unit is its key and, mostly, the word of its only entry. Instead of the word there may be a number beyond all words,
which says how many entries and conversions follow; a unit that is gone has none of both.
"""

from array import array

from streams.core.rows import AWAKE, COPIES, ENTRY, KEPT, MORE, NEXT, OUT, WORD
from streams.core.table import Table

ENTERED = 1 << 32  # for each entry; for each conversion it is 1
COPY = COPIES - 1  # integers that tell of a conversion: all of its row but where the next one is


class Listing:
    """Units, in the order in which they were told.

    Attributes:
        count: of integers that are told.
        integers: these, and room for more.
    """

    def __init__(self) -> None:
        self.count = 0
        self.integers = array("Q", bytes(8 * 64))

    def tell(self, table: Table, key: int) -> bool:
        """One more unit, as it is now; whether it is plain."""
        at = table.find(key)
        word, more, kept = OUT, 0, 0
        if at >= 0:
            word, more, kept = table.slots[at + WORD], table.slots[at + MORE], table.slots[at + KEPT]
        if word == AWAKE:
            return False
        self.put(key)
        head = self.count
        self.put(word)
        if more or kept:
            self.integers[head] = OUT
            if word != OUT:
                self.put(word)
                self.integers[head] += ENTERED
            self._entries(head, table.entries.cells, more)
            self._copies(head, table.copies.cells, kept)
        return True

    def repeat(self, other: "Listing", at: int) -> None:
        """One more unit, as it was told there."""
        for place in range(at, at + size(other.integers[at + 1])):
            self.put(other.integers[place])

    def put(self, integer: int) -> None:
        """One more."""
        if self.count == len(self.integers):
            self.integers = array("Q", bytes(self.integers)) * 2
        self.integers[self.count] = integer
        self.count += 1

    def _entries(self, head: int, cells: "array[int]", row: int) -> None:
        while row:
            self.put(cells[row + ENTRY])
            self.integers[head] += ENTERED
            row = cells[row + NEXT]

    def _copies(self, head: int, cells: "array[int]", row: int) -> None:
        while row:
            for place in range(row + 1, row + COPIES):
                self.put(cells[place])
            self.integers[head] += 1
            row = cells[row + NEXT]


def size(word: int) -> int:
    """How many integers tell of a unit."""
    if word <= OUT:
        return 2
    return 2 + (word - OUT) // ENTERED + COPY * (word % ENTERED)


def put(table: Table, told: "array[int]", names: "array[int]") -> list[int]:
    """Units take the place of what they were; the keys of those that were awake.

    Args:
        table: gets them.
        told: by a listing.
        names: in the table, of the numbers of events.

    Raises:
        ValueError: no listing has told that.
    """
    at, woken = 0, list[int]()
    while at < len(told):
        if len(told) - at < 2 or len(told) - at < size(told[at + 1]):
            raise ValueError("the listing ends within a unit")
        slot, word = table.find(told[at]), told[at + 1]
        if slot < 0:
            slot = table.add(told[at], OUT)
        elif table.slots[slot + WORD] == AWAKE:
            woken.append(told[at])
        table.leave(slot)
        table.forget(slot)
        if word < OUT:
            table.enter(slot, word)
        elif word == OUT:
            table.remove(slot)
        else:
            _put_more(table, slot, told, names, at)
        at += size(word)
    return woken


def _put_more(table: Table, slot: int, told: "array[int]", names: "array[int]", at: int) -> None:
    """Entries after the first, and conversions, are told from the last one on."""
    first, end = at + 2, at + size(told[at + 1])
    copies = first + (told[at + 1] - OUT) // ENTERED
    if first < copies:
        table.enter(slot, told[first])
    for place in range(copies - 1, first, -1):
        table.enter(slot, told[place])
    for place in range(end - COPY, copies - 1, -COPY):
        if told[place + 3] >= len(names):
            raise ValueError(f"the listing has {len(names)} names of events, and one of number {told[place + 3]}")
        table.keep(slot, told[place], told[place + 1], told[place + 2], names[told[place + 3]], told[place + 4])
