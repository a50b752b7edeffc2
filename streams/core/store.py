"""All units of a partition: plain ones in a table, the others as they are; and a mapping for whoever looks at one."""

from array import array
from collections.abc import Iterator, MutableMapping, Sequence

import numpy as np
from numpy.typing import NDArray

from streams.core import listing, quiet
from streams.core.memory import NOBODY, Acting, Copy, State, Unit
from streams.core.pile import Words
from streams.core.rows import (
    AWAKE,
    ENTRIES,
    ENTRY,
    FREE,
    IDENTITY,
    KEPT,
    KEY,
    MORE,
    NAME,
    NEXT,
    OUT,
    TIME,
    TIMES,
    VALUE,
    WIDTH,
    WORD,
)
from streams.core.table import Table

Numbers = NDArray[np.uint64]


class Store(MutableMapping[int, State | Acting | Unit]):
    """Units by their keys.

    Attributes:
        table: of all.
        awake: units that are kept by their records.
        names, numbers: of events, and what stands for them in the table.
    """

    def __init__(self) -> None:
        self.table = Table()
        self.awake: dict[int, Unit] = {}
        self.names: list[str] = []
        self.numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return self.table.count

    def __iter__(self) -> Iterator[int]:
        return iter(self.keys_now())

    def __getitem__(self, key: int) -> State | Acting | Unit:
        at = self.table.find(key)
        if at < 0:
            raise KeyError(key)
        if self.table.slots[at + WORD] == AWAKE:
            return self.awake[key]
        state, copies = quiet.state(self._words(at)), self._copies(at)
        return Acting(state, copies) if copies else state

    def __setitem__(self, key: int, unit: State | Acting | Unit) -> None:
        at = self._cleared(key)
        if type(unit) is Unit:
            self.awake[key] = unit
            self.table.slots[at + WORD] = AWAKE
            return
        words, copies = quiet.parts(unit)
        for word in words:
            self.table.enter(at, word)
        for c in copies:
            self.table.keep(at, c.identity, c.time, c.value + 1, self.number(c.event), c.times)

    def __delitem__(self, key: int) -> None:
        if self.table.find(key) < 0:
            raise KeyError(key)
        self.table.remove(self._cleared(key))

    def load(self, told: "array[int]", names: Sequence[str]) -> None:
        """Put plain units in the place of what they were; a listing tells of them, and of events by number."""
        for key in listing.put(self.table, told, array("Q", map(self.number, names))):
            del self.awake[key]

    def keys_now(self) -> "array[int]":
        """Of all units, in less time than it takes to tell them one by one."""
        slots = self._slots()
        return array("Q", slots[slots[:, WORD] != FREE, KEY].tobytes())

    def number(self, name: str) -> int:
        """What stands for the name of an event."""
        number = self.numbers.get(name)
        if number is None:
            number = self.numbers[name] = len(self.names)
            self.names.append(name)
        return number

    def words(self) -> Words:
        """Of all plain units."""
        first, others = self._slots()[:, WORD], np.asarray(self.table.entries.cells)[ENTRY::ENTRIES]
        return np.concatenate((first[first < OUT], others[others < OUT])).view(np.int64)

    def acting(self) -> list[int]:
        """Keys of the plain units that have conversions at hand."""
        slots = self._slots()
        keys: list[int] = slots[(slots[:, WORD] != FREE) & (slots[:, KEPT] > 0), KEY].tolist()
        return keys

    def _slots(self) -> Numbers:
        return np.asarray(self.table.slots).reshape(-1, WIDTH)

    def _cleared(self, key: int) -> int:
        """The slot of a unit of which nothing is known."""
        at = self.table.find(key)
        if at < 0:
            return self.table.add(key, OUT)
        if self.table.slots[at + WORD] == AWAKE:
            del self.awake[key]
        self.table.leave(at)
        self.table.forget(at)
        return at

    def _words(self, at: int) -> tuple[int, ...]:
        word, row, found = self.table.slots[at + WORD], self.table.slots[at + MORE], list[int]()
        cells = self.table.entries.cells
        while row:
            found.append(cells[row + ENTRY])
            row = cells[row + NEXT]
        return (word, *found[::-1]) if word < OUT else ()

    def _copies(self, at: int) -> tuple[Copy, ...]:
        row, found, cells = self.table.slots[at + KEPT], list[Copy](), self.table.copies.cells
        while row:
            name, value = self.names[cells[row + NAME]], cells[row + VALUE] - 1
            found.append(Copy(cells[row + IDENTITY], cells[row + TIME], name, value, NOBODY, cells[row + TIMES]))
            row = cells[row + NEXT]
        return tuple(found[::-1])
