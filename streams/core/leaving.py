"""When conversions of plain units can be forgotten. Compiled where that is possible, see `table`."""

from array import array
from collections.abc import Iterable

from streams.core.buckets import Buckets
from streams.core.kept import Kept
from streams.core.rows import ARM, ENTRY, KEPT, MASK, MORE, NEXT, OUT, SPAN, TIME, WORD

SLICE = 5_000  # units looked at in one go: the event loop must not stall over a clock that jumps


class Leaving:
    """Keys, by when their conversions can be forgotten at the earliest."""

    def __init__(self, kept: Kept) -> None:
        self._table, self._changes, self._horizon = kept.units.table, kept.changes, kept.horizon
        self._entries, self._copies = self._table.entries, self._table.copies
        self._step, self._closes = kept.arms.step, array("q", [arm.closes for arm in kept.arms.all])
        self._due = Buckets()

    def put(self, key: int, time: int) -> None:
        """A unit whose first conversion is of that time."""
        self._due.put((time + self._horizon) >> SPAN, key)

    def run(self, clock: int) -> None:
        """Forget what can't matter any more; nobody is hurt if that is later."""
        now = clock >> SPAN
        for key in self._due.some_before(now, SLICE):
            at = self._table.find(key)
            if at >= 0 and self._table.slots[at + KEPT]:
                end = self._end(at) >> SPAN
                if end < now:
                    self._forget(key, at)
                else:
                    self._due.put(end, key)

    def resume(self, keys: Iterable[int]) -> None:
        """Go on with units that have been loaded, those that have conversions at hand."""
        for key in keys:
            self._due.put(self._end(self._table.find(key)) >> SPAN, key)

    def _forget(self, key: int, at: int) -> None:
        self._changes.touch(key)
        self._table.forget(at)
        if self._table.slots[at + WORD] == OUT:
            self._table.remove(at)

    def _end(self, at: int) -> int:
        """When all can be forgotten: nothing more can enter that would use one, or take it back."""
        row, last = self._table.slots[at + KEPT], 0
        while row:
            last = max(last, self._copies.cells[row + TIME] + self._horizon)
            row = self._copies.cells[row + NEXT]
        word, row = self._table.slots[at + WORD], self._table.slots[at + MORE]
        while word < OUT:
            last = max(last, self._acts_until(word))
            if row == 0:
                break
            word, row = self._entries.cells[row + ENTRY], self._entries.cells[row + NEXT]
        return last

    def _acts_until(self, word: int) -> int:
        """When an entry in which the unit acted closes; 0: it did nothing."""
        place = word & MASK
        return (word >> ARM) + self._closes[place % self._step] if place >= self._step else 0
