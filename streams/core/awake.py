"""Units of which more has to be known than words can tell: all records are kept, and what they add is recounted.

Whatever happens to such a unit marks it. Settling recounts the marked ones, closes entries, forgets what can't matter
and lets go who has nothing left to remember.
"""

from collections.abc import Iterable, Sequence

from streams.core import quiet
from streams.core.agenda import Agenda
from streams.core.kept import Kept
from streams.core.memory import FEW, Added, Copy, Entry, Reversal, Unit, remember
from streams.core.quiet import Arm
from streams.core.recount import (
    DRIFT,
    DUPLICATE,
    REPEAT,
    crossed_after_closing,
    drifts_after_closing,
    recount,
    says_nothing_yet,
    shared,
)
from streams.core.rows import ARM, FAR, MASK


class Awake:
    """Whatever happens to such units."""

    def __init__(self, kept: Kept) -> None:
        self._units, self._arms, self._ledger, self._maturing, self._changes, self._horizon = kept
        self._own = {(arm.number, arm.variant): arm for arm in self._arms.all}
        self._marked: dict[int, None] = {}  # an ordered set
        self._agenda = agenda = Agenda(kept, self._arm)
        self.first, self.resume = agenda.first, agenda.resume

    def enter(self, key: int, arm: Arm, time: int, covariates: tuple[int, ...]) -> None:
        """An exposure."""
        unit, number, variant = self._wake(key), arm.number, arm.variant
        entry = next((entry for entry in unit.entries if entry.number == number), None)
        if entry is None:
            self._enter_anew(key, unit, arm, Entry(number, time, variant, 1 << variant, covariates=covariates))
            return
        known = entry.arms & (1 << variant)
        entry.arms |= 1 << variant
        if known:
            self._ledger.cells[number][REPEAT] += 1
        if entry.open:
            if not known or time <= entry.time:
                entry.expose(time, variant, covariates)
                self._marked[key] = None
        elif not known:
            self._replace(entry, crossed_after_closing(arm.x, entry.added))

    def convert(self, key: int, copy: Copy) -> None:
        """Remember a copy of a conversion."""
        unit = self._wake(key)
        open_ = [entry for entry in unit.entries if entry.open]
        if not open_:  # it may still enter
            if unit.ends is None:
                self._agenda.plan(key, unit, unit.matures, copy.time + self._horizon + 1)
        elif key not in self._marked and not self._can_wait(unit, open_, copy):
            self._marked[key] = None
        unit.conversions = remember(unit.conversions, copy)

    def reverse(self, key: int, reversal: Reversal) -> None:
        """Remember a reversal. What an open entry finds when it is recounted, a closed one is told."""
        unit = self._wake(key)
        unit.reversals = remember(unit.reversals, reversal)
        self._marked[key] = None
        for entry in unit.entries:
            if not entry.open and drifts_after_closing(self._arm(entry).x, entry, reversal):
                self._replace(entry, (*entry.added, (DRIFT, (1,))))

    def run(self, clock: int) -> None:
        """Count what happened, and what the clock has changed."""
        marked, self._marked = self._marked, {}
        for key in self._agenda.mature(clock):
            self._changes.touch(key)
            marked[key] = None
        chores = self._agenda.end(clock)
        for key in marked:
            self._recount(key)
        for key in chores:
            if key not in marked:
                self._changes.touch(key)
                self._tidy(key, self._at(key))

    def retire(self, key: int, unit: Unit, expired: set[int]) -> None:
        """Forget entries into experiments that have expired."""
        lasting = tuple([entry for entry in unit.entries if entry.number not in expired])
        if len(lasting) < len(unit.entries):
            self._changes.touch(key)
            unit.entries = lasting
            self._tidy(key, unit)

    def _wake(self, key: int) -> Unit:
        """The unit with all that can be known of it."""
        self._changes.touch(key)
        state = self._units.get(key)
        if type(state) is Unit:
            return state
        words, known = quiet.parts(state)
        unit = self._units[key] = Unit(tuple([self._entry(word, known) for word in words]), [*known] or ())
        for word in words:
            self._maturing.withdraw(word)
        self._agenda.plan_next(key, unit)
        return unit

    def _entry(self, word: int, conversions: tuple[Copy, ...]) -> Entry:
        time, arm, clock = word >> ARM, self._arms[word & MASK], self._maturing.clock
        added, open_ = arm.added(time, clock), clock < time + arm.closes
        if open_ and (again := arm.repeats(time, conversions)):
            added = ((DUPLICATE, (again,)), *added)
        return Entry(arm.number, time, arm.variant, 1 << arm.variant, added, open_)

    def _enter_anew(self, key: int, unit: Unit, arm: Arm, entry: Entry) -> None:
        if arm.fresh is None or key in self._marked or not self._begins_silent(unit, arm, entry):
            self._marked[key] = None
        else:
            self._ledger.add(arm.number, arm.fresh)
            entry.added, matures = arm.fresh, entry.time + arm.first
            self._agenda.plan(key, unit, matures if unit.matures is None else min(matures, unit.matures), None)
        unit.entries += (entry,)

    def _begins_silent(self, unit: Unit, arm: Arm, entry: Entry) -> bool:
        """Whether a unit adds no more for a new entry than if nothing else were known of it, until it matures."""
        known = unit.conversions
        special = entry.covariates or unit.reversals
        if special or len(known) > FEW or len({c.identity for c in known}) < len(known):
            return False
        return self._maturing.clock < entry.time + arm.first and self._say_nothing_yet(entry, known)

    def _say_nothing_yet(self, entry: Entry, conversions: Iterable[Copy]) -> bool:
        x, clock = self._arm(entry).x, self._maturing.clock
        return not [c for c in conversions if not says_nothing_yet(x, entry, c, clock)]

    def _can_wait(self, unit: Unit, open_: Sequence[Entry], copy: Copy) -> bool:
        """Whether a unit with this conversion adds the same as without, until it is looked at anyway."""
        known = unit.conversions
        if len(known) > FEW or copy.identity in [c.identity for c in known]:
            return False
        return all(self._say_nothing_yet(entry, (copy,)) for entry in open_)

    def _recount(self, key: int) -> None:
        """Count anew what a unit adds where it is open."""
        unit = self._at(key)
        unit.shorten()
        for entry in unit.entries:
            if entry.open:
                self._replace(entry, recount(self._arm(entry).x, entry, unit, self._maturing.clock))
        self._tidy(key, unit)

    def _replace(self, entry: Entry, added: Added) -> None:
        """Mostly what was added stands, and something comes to it."""
        stands = len(entry.added)
        if added[:stands] == entry.added:
            self._ledger.add(entry.number, added[stands:])
        else:
            self._ledger.add(entry.number, entry.added, -1)
            self._ledger.add(entry.number, added)
        entry.added = added

    def _tidy(self, key: int, unit: Unit) -> None:
        """Close what can't change any more, forget what can't matter, and note when to look again."""
        for entry in unit.entries:
            if entry.open and self._maturing.clock >= entry.time + self._arm(entry).closes:
                entry.open, entry.added = False, shared(entry.added)
        if [entry for entry in unit.entries if entry.open] or self._forget(unit) or not self._leave(key, unit):
            self._agenda.plan_next(key, unit)

    def _forget(self, unit: Unit) -> bool:
        """Drop events that no entry still to come can reach; whether any are left."""
        oldest = self._maturing.clock - self._horizon
        if unit.conversions:
            unit.conversions = [c for c in unit.conversions if c.time >= oldest] or ()
        if unit.reversals:
            unit.reversals = [r for r in unit.reversals if r.time >= oldest] or ()
        return bool(unit.conversions or unit.reversals)

    def _leave(self, key: int, unit: Unit) -> bool:
        """Whether a unit without events and with nothing open could go, or be told in words again."""
        if not unit.entries:
            del self._units[key]
            return True
        words = [word for entry in unit.entries if (word := self._word(entry)) is not None]
        if len(words) < len(unit.entries):
            return False
        self._units[key] = quiet.state(tuple(words))
        return True

    def _word(self, entry: Entry) -> int | None:
        """What tells as much as a closed entry, if there is such a word."""
        if entry.crossed or entry.covariates or not 0 <= entry.time < FAR:
            return None
        lasting = tuple([told for told in entry.added if told[0] != DUPLICATE])  # nothing that follows takes these back
        arm = self._arms.adding(self._arm(entry), lasting)
        return entry.time << ARM | arm.place if arm.added(entry.time, self._maturing.clock) == lasting else None

    def _at(self, key: int) -> Unit:
        unit = self._units[key]
        assert type(unit) is Unit, "only what is awake is marked"
        return unit

    def _arm(self, entry: Entry) -> Arm:
        return self._own[entry.number, entry.variant]
