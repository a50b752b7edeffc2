"""Entries that wait for their windows to close: nobody asks whose they are, only how many of each arm mature when.

So a unit about which all is known from its words is never looked at when it matures. A word that no longer holds is not
looked for: it is noted as withdrawn, and goes when its time comes.
"""

from collections import Counter
from collections.abc import Iterable

import numpy as np

from streams.core.buckets import Buckets
from streams.core.ledger import Ledger
from streams.core.pile import Words
from streams.core.quiet import Arms
from streams.core.recount import ripened
from streams.core.rows import ARM, MASK

FINEST, COARSEST = 10, 16  # a bucket holds 2**10 to 2**16 ms; in between, about a sixtieth of the wait
WARM = -1  # instead of a phase, of who entered in the warm-up

Kind = tuple[int, int]  # place of an arm, phase


class Line:
    """Words that all wait equally long, by time.

    Args:
        wait: ms from the entry on.
    """

    def __init__(self, wait: int) -> None:
        self._shift = ARM + min(COARSEST, max(FINEST, wait.bit_length() - 6))
        self._came, self._gone = Buckets(), Buckets()

    def put(self, word: int) -> None:
        """One more."""
        self._came.put(word >> self._shift, word)

    def withdraw(self, word: int) -> None:
        """One less."""
        self._gone.put(word >> self._shift, word)

    def below(self, edge: int) -> tuple[Words, Words]:
        """Take out what is smaller than `edge`: words that came, and those of them that were withdrawn."""
        came, gone = (buckets.below(edge, edge >> self._shift) for buckets in self._both)
        return came, gone

    def go_on(self, came: Words, gone: Words) -> None:
        """Put, and withdraw, very many."""
        for buckets, words in zip(self._both, (came, gone), strict=True):
            ordered = np.sort(words)
            numbers, starts = np.unique(ordered >> self._shift, return_index=True)
            for number, some in zip(numbers.tolist(), np.split(ordered, starts)[1:], strict=True):
                buckets.put_all(number, some)

    def first(self) -> int | None:
        """The smallest word that was not withdrawn."""
        while (number := self._came.first()) is not None:
            left = Counter(self._came.at(number))
            left.subtract(self._gone.at(number))
            if words := +left:
                return min(words)
            for buckets in self._both:
                buckets.before(number + 1)
        return None

    @property
    def _both(self) -> tuple[Buckets, Buckets]:
        return self._came, self._gone


class Maturing:
    """All words of a partition for which some window is still open or late events may come.

    Attributes:
        lines: by how long is waited there; a word waits in that of its next maturity.
        clock: up to which all has matured.
    """

    def __init__(self, arms: Arms, ledger: Ledger) -> None:
        self._arms, self._ledger = arms, ledger
        self.lines = {wait: Line(wait) for wait in sorted({wait for arm in arms.all for wait in arm.maturities})}
        self.clock = 0

    def put(self, word: int) -> None:
        """From now on add what it adds when it matures."""
        if (wait := self._arms[word & MASK].wait(word >> ARM, self.clock)) is not None:
            self.lines[wait].put(word)

    def resume(self, words: Words) -> None:
        """Put very many."""
        waits = np.zeros(words.size, np.int64)
        places, ages = words & MASK, self.clock - (words >> ARM)
        order = np.argsort(places)
        told, starts = np.unique(places[order], return_index=True)
        for place, own in zip(told.tolist(), np.split(order, starts)[1:], strict=True):
            maturities = np.array([*self._arms[place].maturities, 0])  # who has passed the last one waits no more
            waits[own] = maturities[np.searchsorted(maturities[:-1], ages[own], side="right")]
        for wait in np.unique(waits[waits > 0]).tolist():
            self.lines[wait].go_on(words[waits == wait], words[:0])

    def withdraw(self, word: int) -> None:
        """No longer."""
        if (wait := self._arms[word & MASK].wait(word >> ARM, self.clock)) is not None:
            self.lines[wait].withdraw(word)

    def run(self, clock: int) -> None:
        """Add what matures up to then; whoever waits for more goes into the next line."""
        for wait, line in self.lines.items():
            came, gone = line.below((clock - wait + 1) << ARM)
            if came.size:
                tally = self._tally(came, gone)
                self._mature(wait, tally)
                for later, places in self._next(wait, {place for place, _ in tally}).items():
                    later.go_on(*(words[np.isin(words & MASK, places)] for words in (came, gone)))
        self.clock = clock

    def first(self) -> int | None:
        """The next instant at which something matures."""
        told = [(line.first(), wait) for wait, line in self.lines.items()]
        return min([(word >> ARM) + wait for word, wait in told if word is not None], default=None)

    def _mature(self, wait: int, tally: Counter[Kind]) -> None:
        for (place, phase), units in tally.items():
            if units and phase != WARM:
                arm = self._arms[place]
                done = arm.maturities.index(wait)
                self._ledger.add(arm.number, ripened(arm.x, arm.variant, phase, done, arm.deed), units)

    def _tally(self, came: Words, gone: Words) -> Counter[Kind]:
        found = self._kinds(came)
        found.subtract(self._kinds(gone))
        return found

    def _kinds(self, words: Words) -> Counter[Kind]:
        places, found = words & MASK, Counter[Kind]()
        units = np.bincount(places)
        for place in np.flatnonzero(units).tolist():
            if self._arms[place].fresh is None:
                found.update(map(self._kind, words[places == place].tolist()))
            else:
                found[place, 0] = int(units[place])
        return found

    def _kind(self, word: int) -> Kind:
        x, time = self._arms[word & MASK].x, word >> ARM
        return word & MASK, WARM if x.warms_up(time) else x.phase(time)

    def _next(self, wait: int, places: Iterable[int]) -> dict[Line, list[int]]:
        """The lines of the next maturity, each with the places of its arms."""
        found: dict[Line, list[int]] = {}
        for place in places:
            waits = self._arms[place].maturities
            if waits[-1] != wait:
                found.setdefault(self.lines[waits[waits.index(wait) + 1]], []).append(place)
        return found
