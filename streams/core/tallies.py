"""What plain units did since it was told last, in numbers. Compiled where that is possible, see `table`."""

from array import array

import numpy as np

from streams.core.ledger import Ledger
from streams.core.maturing import Maturing
from streams.core.pile import Pile
from streams.core.quiet import Arms
from streams.core.recount import DUPLICATE, EXPOSURES, REPEAT
from streams.core.rows import ARM, MASK


class Tallies:
    """Counts by place of an arm, and words that wait for their first maturity or no longer."""

    def __init__(self, arms: Arms, ledger: Ledger, maturing: Maturing) -> None:
        self._arms, self._ledger = arms, ledger
        none = array("q", [0]) * arms.step
        self._exposed, self._entered, self._repeated, self._copied = none[:], none[:], none[:], none[:]
        self._acted: dict[int, int] = {}  # by the places of two arms: units that were in the first
        self._lines = [*maturing.lines.values()]
        waits = [*maturing.lines]
        self._line = array("q", [waits.index(arm.first) for arm in arms.all])
        self._came, self._gone = [Pile() for _ in waits], [Pile() for _ in waits]

    def expose(self, place: int) -> None:
        """An exposure was told."""
        self._exposed[place] += 1

    def enter(self, place: int, then: int, word: int) -> None:
        """A unit entered and will mature; `then` is the place of what it did before it was known."""
        self._entered[place] += 1
        if then != place:
            self._act(place, then)
        pile = self._came[self._line[place]]
        pile.put(word)

    def repeat(self, place: int) -> None:
        """A unit was exposed again."""
        self._repeated[place] += 1

    def copy(self, place: int, times: int) -> None:
        """A conversion was told so many times too often."""
        self._copied[place] += times

    def act(self, word: int, acted: int) -> None:
        """A unit that has not matured gets another word."""
        place = word & MASK
        self._act(place, acted & MASK)
        line = self._line[place % len(self._line)]
        pile = self._gone[line]
        pile.put(word)
        pile = self._came[line]
        pile.put(acted)

    def tell(self) -> None:
        """Add to the cells, and to what matures, what was counted since the last time."""
        counted = (self._exposed, EXPOSURES), (self._repeated, REPEAT), (self._copied, DUPLICATE), (self._entered, None)
        for counts, cell in counted:
            told = np.asarray(counts)
            for place in np.flatnonzero(told).tolist():
                arm = self._arms[place]
                self._ledger.count(arm.number, arm.entered if cell is None else cell, int(told[place]))
            told[:] = 0
        for pair, units in self._acted.items():
            self._ledger.add(self._arms[pair & MASK].number, self._arms.acts(pair >> ARM, pair & MASK), units)
        self._acted = {}
        for line, came, gone in zip(self._lines, self._came, self._gone, strict=True):
            if came.count:
                line.go_on(came.take(), gone.take())

    def _act(self, place: int, then: int) -> None:
        pair = place << ARM | then
        self._acted[pair] = self._acted.get(pair, 0) + 1
