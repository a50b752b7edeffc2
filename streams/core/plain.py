"""Units about which there is nothing special: their words tell what they add, and conversions are kept for a while.

Nothing is ever recounted here. What a word adds is added when it is made, and again at each of its maturities, with all
others of its kind; a unit that acts gets another word instead.
"""

from streams.core import quiet
from streams.core.buckets import Buckets
from streams.core.kept import Kept
from streams.core.memory import Acting, Copy, State
from streams.core.quiet import ARM, MASK, Arm
from streams.core.recount import DUPLICATE, REPEAT

FEW = 8  # conversions of a unit among which it is worth while to look for a copy
SPAN = 12  # who has nothing left to remember is looked for every 2**SPAN ms,
SLICE = 5_000  # and so many are looked at in one go: the event loop must not stall over a clock that jumps


class Plain:
    """Whatever happens to such units, as long as they are such."""

    def __init__(self, kept: Kept) -> None:
        self._units, self._arms, self._ledger, self._maturing, self._touch, self._horizon = kept
        self._leaving = Buckets()  # keys, by when their conversions can be forgotten at the earliest

    def enter(self, key: int, state: State | Acting, arm: Arm, time: int) -> bool:
        """An exposure of a unit that is known; whether it is plain."""
        words, conversions = quiet.parts(state)
        known = self._known(words, arm.number)
        if known is None:
            return self._enter_anew(key, words, conversions, arm, time)
        own = self._arms[known & MASK]
        if own.variant != arm.variant:
            return False
        is_over = self._maturing.clock >= (known >> ARM) + own.closes
        if time < known >> ARM and not is_over:
            if conversions or own.deed:
                return False
            self._move(key, words, known, time)
        self._ledger.cells[arm.number][REPEAT] += 1
        return True

    def convert(self, key: int, unit: State | Acting | None, c: Copy) -> bool:
        """A conversion; whether it is plain."""
        if c.barred:
            return False
        if type(unit) is Acting:
            return self._convert_more(key, unit, c)
        told: State | None = () if unit is None else self._told(unit, c)
        if told is None:
            return False
        self._touch(key)
        self._units[key] = Acting(told, (c,))
        self._leaving.put((c.time + self._horizon) >> SPAN, key)
        return True

    def run(self, clock: int) -> None:
        """Forget conversions that can't matter any more; nobody is hurt if that is later."""
        now = clock >> SPAN
        for key in self._leaving.some_before(now, SLICE):
            state = self._units.get(key)
            if type(state) is Acting:
                end = self._end(state) >> SPAN
                if end < now:
                    self._touch(key)
                    self._put(key, quiet.words(state.state), ())
                else:
                    self._leaving.put(end, key)

    def resume(self, key: int, unit: State | Acting) -> tuple[int, ...]:
        """Go on with a unit that has been loaded; its words."""
        if isinstance(unit, Acting):
            self._leaving.put(self._end(unit) >> SPAN, key)
            return quiet.words(unit.state)
        return quiet.words(unit)

    def retire(self, key: int, state: State | Acting, expired: set[int]) -> None:
        """Forget entries into experiments that have expired."""
        words, conversions = quiet.parts(state)
        lasting = tuple([word for word in words if self._arms[word & MASK].number not in expired])
        if len(lasting) < len(words):
            self._touch(key)
            self._put(key, lasting, conversions)

    def begin(self, arm: Arm, time: int) -> int:
        """The word of an entry, which is counted from now on."""
        word, clock = time << ARM | arm.place, self._maturing.clock
        if arm.fresh is None or arm.deed or clock >= time + arm.first:
            self._ledger.add(arm.number, arm.added(time, clock))
            self._maturing.put(word)
        else:  # as nearly all do
            self._ledger.cells[arm.number][arm.entered] += 1
            self._maturing.lines[arm.first].put(word)
        return word

    def _known(self, words: tuple[int, ...], number: int) -> int | None:
        """The entry into that experiment, if there is one."""
        for word in words:
            if self._arms[word & MASK].number == number:
                return word
        return None

    def _enter_anew(self, key: int, words: tuple[int, ...], conversions: tuple[Copy, ...], arm: Arm, time: int) -> bool:
        acted = self._arms.after(arm, time, conversions)
        if acted is None or (acted.deed and self._maturing.clock >= time + arm.first):
            return False
        if acted.deed:
            self._ledger.count(arm.number, DUPLICATE, arm.repeats(time, conversions))
        self._touch(key)
        self._put(key, (*words, self.begin(acted, time)), conversions)
        return True

    def _convert_more(self, key: int, unit: Acting, c: Copy) -> bool:
        known = unit.conversions
        if c.identity in [one.identity for one in known]:
            return self._convert_again(key, unit, c)
        if len(known) >= FEW or (told := self._told(unit.state, c)) is None:
            return False
        self._touch(key)
        self._units[key] = Acting(told, (*known, c))
        return True

    def _told(self, state: State, c: Copy) -> State | None:
        """The words after a conversion, if there are such."""
        if isinstance(state, int):
            after = self._after(state, c)
            return None if after is None else self._act(state, after)
        afters = [after for word in state if (after := self._after(word, c)) is not None]
        return tuple(map(self._act, state, afters)) if len(afters) == len(state) else None

    def _after(self, word: int, c: Copy) -> Arm | None:
        """The arm of an entry with one more conversion; None: what no word can tell."""
        arm, time = self._arms[word & MASK], word >> ARM
        after = self._arms.after(arm, time, (c,))
        return after if after is arm or self._maturing.clock < time + arm.first else None

    def _act(self, word: int, after: Arm) -> int:
        """The word of an entry that has not matured yet, or has done nothing more."""
        before = self._arms[word & MASK]
        if after is before:
            return word
        acted = word + after.place - before.place
        self._maturing.lines[after.first].exchange(word, acted)
        self._ledger.add(after.number, self._arms.acts(before.place, after.place))
        return acted

    def _convert_again(self, key: int, unit: Acting, c: Copy) -> bool:
        """A conversion told again is counted where it lies in a window; it may not be told differently."""
        (one,) = [one for one in unit.conversions if one.identity == c.identity]
        again = Copy(c.identity, c.time, c.event, c.value, c.barred, one.times)
        if again != one:
            return False
        again.times += c.times
        self._touch(key)
        self._units[key] = Acting(unit.state, tuple([again if copy is one else copy for copy in unit.conversions]))
        for word in quiet.words(unit.state):
            arm, time = self._arms[word & MASK], word >> ARM
            if self._maturing.clock < time + arm.closes and arm.parts(time, c):
                self._ledger.count(arm.number, DUPLICATE, c.times)
        return True

    def _move(self, key: int, words: tuple[int, ...], entry: int, time: int) -> None:
        """An earlier exposure is the entry instead."""
        arm = self._arms[entry & MASK]
        self._maturing.withdraw(entry)
        self._ledger.add(arm.number, arm.added(entry >> ARM, self._maturing.clock), -1)
        earlier = self.begin(arm, time)
        self._touch(key)
        self._units[key] = quiet.state(tuple([earlier if word == entry else word for word in words]))

    def _put(self, key: int, words: tuple[int, ...], conversions: tuple[Copy, ...]) -> None:
        state = words[0] if len(words) == 1 else words
        if conversions:
            self._units[key] = Acting(state, conversions)
        elif words:
            self._units[key] = state
        else:
            del self._units[key]

    def _end(self, unit: Acting) -> int:
        """When all conversions can be forgotten: nothing more can enter that would use one, or take it back."""
        last = max([c.time for c in unit.conversions]) + self._horizon
        for word in quiet.words(unit.state):
            if word & MASK >= self._arms.step:  # it acted
                last = max(last, (word >> ARM) + self._arms[word & MASK].closes)
        return last
