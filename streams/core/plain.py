"""Units about which there is nothing special: their words tell what they add, and conversions are kept for a while.

Nothing is ever recounted here. What a word adds is added when it is made, and again at each of its maturities, with all
others of its kind; a unit that acts gets another word instead. Compiled where that is possible, see `table`.
"""

from array import array

from streams.core import memory
from streams.core.kept import Kept
from streams.core.leaving import Leaving
from streams.core.rows import (
    ARM,
    AWAKE,
    ENTRY,
    FAR,
    IDENTITY,
    KEPT,
    MASK,
    MORE,
    NAME,
    NEXT,
    OUT,
    TIME,
    TIMES,
    VALUE,
    WORD,
)
from streams.core.tallies import Tallies
from streams.core.then import Then


class Plain:
    """Whatever happens to such units, as long as they are such.

    Attributes:
        clock: up to which all has matured.
    """

    def __init__(self, kept: Kept, expired: set[int]) -> None:
        self._store, self._arms, self._ledger, self._maturing, self._changes, _ = kept
        self._table, self._step, places = kept.units.table, kept.arms.step, kept.arms.all
        self._entries, self._copies = self._table.entries, self._table.copies
        self._numbers = array("q", [arm.number for arm in places])
        self._firsts = array("q", [arm.first for arm in places])
        self._closes = array("q", [arm.closes for arm in places])
        self._is_same = array("q", [arm.fresh is not None for arm in places])
        self._tallies = Tallies(kept.arms, kept.ledger, kept.maturing)
        self._then = Then(kept.arms, kept.units.names)
        self._leaving = Leaving(kept)
        self._names, self._few, self._expired = kept.units.numbers, memory.FEW, expired
        self.clock = 0

    def expose(self, place: int) -> bool:
        """An exposure is told; whether anything follows, as its experiment has not expired."""
        self._tallies.expose(place)
        return not self._expired or self._numbers[place] not in self._expired

    def enter(self, key: int, place: int, time: int) -> bool:
        """An exposure; whether it is plain."""
        if not 0 <= time < FAR:
            return False
        at = self._table.find(key)
        if at < 0:
            self._changes.touch(key)
            self._table.add(key, self.begin(place, place, time))
            return True
        word, row, experiment = self._table.slots[at + WORD], self._table.slots[at + MORE], self._numbers[place]
        while word < OUT:
            if self._numbers[(word & MASK) % self._step] == experiment:
                return self._enter_again(word, place, time)
            if row == 0:
                break
            word, row = self._entries.cells[row + ENTRY], self._entries.cells[row + NEXT]
        return word != AWAKE and self._enter_anew(key, at, place, time)

    def convert(self, key: int, identity: int, time: int, event: str, value: int) -> bool:
        """A conversion that is barred to nobody; whether it is plain."""
        if time < 0:
            return False
        known, at = self._names.get(event), self._table.find(key)
        name = self._store.number(event) if known is None else known
        if at < 0:
            self._changes.touch(key)
            at = self._table.add(key, OUT)
        elif self._table.slots[at + KEPT] and not self._is_new(at, identity):
            return self._convert_again(key, at, identity, time, name, value)
        elif not self._act(key, at, name, time, value):
            return False
        if self._table.slots[at + KEPT] == 0:
            self._leaving.put(key, time)
        self._table.keep(at, identity, time, value + 1, name, 1)
        return True

    def begin(self, place: int, then: int, time: int) -> int:
        """The word of an entry, which is counted from now on; `then` is the place of the arm of what was done."""
        word = time << ARM | then
        if self._is_same[place] and self.clock < time + self._firsts[place]:
            self._tallies.enter(place, then, word)
        else:
            arm = self._arms[then]
            self._ledger.add(arm.number, arm.added(time, self.clock))
            self._maturing.put(word)
        return word

    def tell(self) -> None:
        """Add to the cells, and to what matures, what was counted since the last time."""
        self._tallies.tell()

    def run(self, clock: int) -> None:
        """Go on to that clock."""
        self.clock = clock
        self._leaving.run(clock)

    def resume(self, clock: int) -> None:
        """Go on with the units that have been loaded."""
        self.clock = clock
        self._leaving.resume(self._store.acting())

    def _enter_again(self, word: int, place: int, time: int) -> bool:
        """Only the first exposure matters, and an earlier one not once all is over."""
        base, since = (word & MASK) % self._step, word >> ARM
        if base != place or (time < since and self.clock < since + self._closes[base]):
            return False
        self._tallies.repeat(place)
        return True

    def _enter_anew(self, key: int, at: int, place: int, time: int) -> bool:
        """One more entry; conversions that are known may say something of it."""
        row, then, copies = self._table.slots[at + KEPT], place, 0
        while row:
            name, since = self._copies.cells[row + NAME], self._copies.cells[row + TIME] - time
            after = self._then.after(then, name, since, self._copies.cells[row + VALUE] - 1)
            if after < 0:
                return False
            if self._copies.cells[row + TIMES] > 1 and self._then.window(place, name, since):
                copies += self._copies.cells[row + TIMES] - 1
            then, row = after, self._copies.cells[row + NEXT]
        if (then != place or copies) and self.clock >= time + self._firsts[place]:
            return False
        self._changes.touch(key)
        self._tallies.copy(place, copies)
        self._table.enter(at, self.begin(place, then, time))
        return True

    def _is_new(self, at: int, identity: int) -> bool:
        """Whether a conversion is none that is known; among very many nobody looks."""
        row, known = self._table.slots[at + KEPT], 0
        while row:
            known += 1
            if known >= self._few or self._copies.cells[row + IDENTITY] == identity:
                return False
            row = self._copies.cells[row + NEXT]
        return True

    def _convert_again(self, key: int, at: int, identity: int, time: int, name: int, value: int) -> bool:
        """A conversion told again is counted where it lies in a window; it may not be told differently."""
        row = self._table.slots[at + KEPT]
        while row and self._copies.cells[row + IDENTITY] != identity:
            row = self._copies.cells[row + NEXT]
        cells = self._copies.cells
        is_equal = cells[row + TIME] == time and cells[row + NAME] == name and cells[row + VALUE] == value + 1
        if row == 0 or not is_equal:
            return False
        self._changes.touch(key)
        cells[row + TIMES] += 1
        word, row = self._table.slots[at + WORD], self._table.slots[at + MORE]
        while word < OUT:
            base, since = (word & MASK) % self._step, word >> ARM
            if self.clock < since + self._closes[base] and self._then.window(base, name, time - since) > 0:
                self._tallies.copy(base, 1)
            if row == 0:
                break
            word, row = self._entries.cells[row + ENTRY], self._entries.cells[row + NEXT]
        return True

    def _act(self, key: int, at: int, name: int, time: int, value: int) -> bool:
        """Other words for the entries of a unit that converts, unless there is one of which no word can tell that."""
        word, row = self._table.slots[at + WORD], self._table.slots[at + MORE]
        if word == AWAKE:
            return False
        then = word if word == OUT else self._acted(word, name, time, value)
        while row and then != AWAKE:
            if self._acted(self._entries.cells[row + ENTRY], name, time, value) == AWAKE:
                return False
            row = self._entries.cells[row + NEXT]
        if then == AWAKE:
            return False
        self._changes.touch(key)
        if then != word:
            self._tallies.act(word, then)
            self._table.slots[at + WORD] = then
        row = self._table.slots[at + MORE]
        while row:
            word = self._entries.cells[row + ENTRY]
            then = self._acted(word, name, time, value)
            if then != word:
                self._tallies.act(word, then)
                self._entries.cells[row + ENTRY] = then
            row = self._entries.cells[row + NEXT]
        return True

    def _acted(self, word: int, name: int, time: int, value: int) -> int:
        """The word of an entry after a conversion; `AWAKE`: there is none, or it has matured and tells no more."""
        place, entered = word & MASK, word >> ARM
        then = self._then.after(place, name, time - entered, value)
        if then == place:
            return word
        can = then >= 0 and self.clock < entered + self._firsts[place % self._step]
        return word + then - place if can else AWAKE
