"""All units of one source partition, and what they add to the cells of every experiment.

A unit of which only its entries are known is quiet: an integer, or a tuple of them, see `quiet`. What it adds is a
function of these and of the clock. Whatever else happens wakes it, and marks it; settling recounts the marked ones,
closes entries, forgets what can't matter and lets sleep who has nothing left to remember.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from streams.core import pieces, quiet
from streams.core.changes import Changes
from streams.core.definition import GLANCE_BACK, Experiment
from streams.core.expiry import Expiry
from streams.core.memory import Added, Copy, Entry, Reversal, Unit, remember
from streams.core.quiet import ARM, MASK, Arm
from streams.core.recount import (
    DRIFT,
    EXPOSURES,
    REPEAT,
    crossed_after_closing,
    drifts_after_closing,
    recount,
    ripened,
    says_nothing_yet,
    shared,
    silent,
)
from streams.core.wheel import Wheel

FEW = 8  # conversions of a unit among which it is worth while to look for a copy
Ripe = tuple[int, int, int, int]  # place of an arm, phase, and how many closings had matured before, and have now


class Units:
    """Memory and cells of a partition.

    Attributes:
        cells: by number of the experiment.
        changed: numbers of the experiments whose cells changed; whoever tells them empties it.
    """

    def __init__(self, experiments: Sequence[Experiment]) -> None:
        self.cells = [[0] * x.layout.size for x in experiments]
        self.changed = set(range(len(experiments)))
        self._experiments = experiments
        self._arms = quiet.arms(experiments)
        self._places = {(arm.number, arm.variant): arm.place for arm in self._arms}
        self._closes = [x.closes(0) for x in experiments]
        self._nexts = {arm.number: arm.next for arm in self._arms}
        self._horizon = 2 * max((x.lateness for x in experiments), default=0) + GLANCE_BACK
        self._units: dict[int, quiet.State | Unit] = {}
        self._marked: dict[int, None] = {}  # an ordered set
        self._changes = Changes(self._units)
        self._touch = self._changes.touch  # before a unit changes
        self._maturities = Wheel(self._matures)  # when the clock alone changes a count,
        self._chores = Wheel(self._ends)  # and when something can be closed or forgotten
        self._expiry = Expiry(experiments)
        self._expired = self._expiry.expired
        self._clock = 0  # at which all was settled last

    def __len__(self) -> int:
        return len(self._units)

    def count(self, number: int, place: int, amount: int) -> None:
        """Add to a cell."""
        self.cells[number][place] += amount
        self.changed.add(number)

    def enter(self, key: int, arm: Arm, time: int, covariates: tuple[int, ...] = ()) -> None:
        """An exposure. The smallest (event time, variant) is the entry; the set of arms seen grows."""
        cells, state = self.cells[arm.number], self._units.get(key)
        cells[EXPOSURES] += 1
        self.changed.add(arm.number)
        if arm.number in self._expired:
            return
        if covariates or type(state) is Unit:
            self._expose(key, self._awake(key), arm, time, covariates)
        elif state is None:
            self._touch(key)
            self._units[key] = time << ARM | arm.place
            self._begin(key, arm, time)
        elif type(state) is int and state & MASK == arm.place and state >> ARM <= time:
            cells[REPEAT] += 1
        else:
            self._enter_again(key, quiet.words(state), arm, time)

    def convert(self, key: int, copy: Copy) -> None:
        """Remember a copy of a conversion."""
        unit = self._awake(key)
        open_ = [entry for entry in unit.entries if entry.open]
        if not open_:  # it may still enter
            if unit.ends is None:
                self._plan(key, unit, unit.matures, copy.time + self._horizon + 1)
        elif key not in self._marked and not self._can_wait(unit, open_, copy):
            self._marked[key] = None
        unit.conversions = remember(unit.conversions, copy)

    def reverse(self, key: int, reversal: Reversal) -> None:
        """Remember a reversal. What an open entry finds when it is recounted, a closed one is told."""
        unit = self._awake(key)
        unit.reversals = remember(unit.reversals, reversal)
        self._marked[key] = None
        for entry in unit.entries:
            if not entry.open and drifts_after_closing(self._experiments[entry.number], entry, reversal):
                self._replace(entry, (*entry.added, (DRIFT, (1,))))

    def settle(self, clock: int) -> None:
        """Count what happened, and what the clock has changed."""
        marked, self._marked = self._marked, {}
        self._mature(clock, marked)
        chores = [key for key in self._chores.due(clock) if key not in marked]
        self._clock = clock
        for key in marked:
            self._recount(key)
        for key in chores:
            unit = self._units.get(key)
            if type(unit) is Unit and unit.ends is not None and unit.ends <= clock:
                self._touch(key)
                self._tidy(key, unit)
        for key in self._expiry.due(clock, self._units):
            self._retire(key)

    def next_maturity(self) -> int | None:
        """The next instant at which the clock alone may change a cell, once all is settled."""
        return self._maturities.first()

    def cut(self, *, whole: bool) -> Iterator[bytes]:
        """See `Changes.cut`; all must be settled."""
        return self._changes.cut(whole=whole)

    def drop(self) -> None:
        """See `Changes.drop`."""
        self._changes.drop()

    def load(self, piece: bytes) -> None:
        """Put the units of a snapshot's piece in the place of what they were."""
        pieces.read(piece, self._units)

    def resume(self, clock: int, cells: list[list[int]]) -> None:
        """Go on with the units that have been loaded, from what had been settled at that clock."""
        self._clock, self.cells = clock, cells
        for key, state in self._units.items():
            matures = state.matures if type(state) is Unit else self._next(state, clock)
            if matures is not None:
                self._maturities.put(matures, key)
            if type(state) is Unit and state.ends is not None:
                self._chores.put(state.ends, key)

    def _begin(self, key: int, arm: Arm, time: int) -> None:
        """Count an entry as if nothing more were to come."""
        due: int | None = time + arm.first
        if arm.fresh is not None and self._clock < time + arm.first:
            self.cells[arm.number][arm.entered] += 1
        else:
            self._add(arm.number, self._silent(arm, time))
            due = arm.next(time, self._clock)
        if due is not None:
            self._maturities.put(due, key)

    def _silent(self, arm: Arm, time: int) -> Added:
        """What a quiet unit has added so far."""
        if arm.fresh is not None and self._clock < time + arm.first:
            return arm.fresh
        return silent(arm.x, time, arm.variant, self._clock)

    def _enter_again(self, key: int, words: tuple[int, ...], arm: Arm, time: int) -> None:
        known = next((word for word in words if self._arms[word & MASK].number == arm.number), None)
        if known is None:
            self._touch(key)
            self._units[key] = (*words, time << ARM | arm.place)
            self._begin(key, arm, time)
        elif known & MASK != arm.place:
            self._expose(key, self._awake(key), arm, time, ())
        else:
            self.cells[arm.number][REPEAT] += 1
            if time < known >> ARM:
                self._move(key, words, known, time)

    def _move(self, key: int, words: tuple[int, ...], entry: int, time: int) -> None:
        """An earlier exposure is the entry instead."""
        arm = self._arms[entry & MASK]
        self._remove(arm.number, self._silent(arm, entry >> ARM))
        earlier = time << ARM | arm.place
        self._touch(key)
        self._units[key] = quiet.state(tuple([earlier if word == entry else word for word in words]))
        self._begin(key, arm, time)

    def _expose(self, key: int, unit: Unit, arm: Arm, time: int, covariates: tuple[int, ...]) -> None:
        number, variant = arm.number, arm.variant
        entry = next((entry for entry in unit.entries if entry.number == number), None)
        if entry is None:
            entry, fresh = Entry(number, time, variant, 1 << variant, covariates=covariates), arm.fresh
            if fresh is None or key in self._marked or not self._begins_silent(unit, arm, entry):
                self._marked[key] = None
            else:
                self._add(number, fresh)
                entry.added, matures = fresh, time + arm.first
                self._plan(key, unit, matures if unit.matures is None else min(matures, unit.matures), None)
            unit.entries += (entry,)
            return
        known = entry.arms & (1 << variant)
        entry.arms |= 1 << variant
        if known:
            self.cells[number][REPEAT] += 1
        if entry.open:
            if not known or time <= entry.time:
                entry.expose(time, variant, covariates)
                self._marked[key] = None
        elif not known:
            self._replace(entry, crossed_after_closing(self._experiments[number], entry.added))

    def _begins_silent(self, unit: Unit, arm: Arm, entry: Entry) -> bool:
        """Whether a unit adds no more for a new entry than if nothing else were known of it, until it matures."""
        known = unit.conversions
        special = entry.covariates or unit.reversals
        if special or len(known) > FEW or len({c.identity for c in known}) < len(known):
            return False
        return self._clock < entry.time + arm.first and self._say_nothing_yet(entry, known)

    def _say_nothing_yet(self, entry: Entry, conversions: Iterable[Copy]) -> bool:
        x, clock = self._experiments[entry.number], self._clock
        return not [c for c in conversions if not says_nothing_yet(x, entry, c, clock)]

    def _can_wait(self, unit: Unit, open_: Sequence[Entry], copy: Copy) -> bool:
        """Whether a unit with this conversion adds the same as without, until it is looked at anyway."""
        known = unit.conversions
        if len(known) > FEW or copy.identity in [c.identity for c in known]:
            return False
        return all(self._say_nothing_yet(entry, (copy,)) for entry in open_)

    def _awake(self, key: int) -> Unit:
        """The unit with all that can be known of it."""
        self._touch(key)
        state = self._units.get(key)
        if type(state) is Unit:
            return state
        entries = () if state is None else tuple(map(self._entry, quiet.words(state)))
        unit = self._units[key] = Unit(entries, matures=self._matures(key))
        return unit

    def _entry(self, word: int) -> Entry:
        time, arm = word >> ARM, self._arms[word & MASK]
        added, open_ = self._silent(arm, time), self._clock < time + arm.closes
        return Entry(arm.number, time, arm.variant, 1 << arm.variant, added, open_)

    def _mature(self, clock: int, marked: dict[int, None]) -> None:
        """The clock runs on: mark whom to recount. Most are quiet, and so much alike that they are counted together."""
        ripe = Counter[Ripe]()
        for key in self._maturities.due(clock):
            state = self._units.get(key)
            if type(state) is int:
                due = self._ripen(state, clock, ripe)
                if due is not None:
                    self._maturities.put(due, key)
            elif type(state) is tuple:
                dues = [due for word in state if (due := self._ripen(word, clock, ripe)) is not None]
                if dues:
                    self._maturities.put(min(dues), key)
            elif type(state) is Unit and state.matures is not None and state.matures <= clock:
                self._touch(key)
                marked[key] = None
        for (place, *how), units in ripe.items():
            arm = self._arms[place]
            for cell, (amount,) in ripened(arm.x, arm.variant, *how):
                self.count(arm.number, cell, amount * units)

    def _ripen(self, word: int, clock: int, ripe: Counter[Ripe]) -> int | None:
        """The clock runs on for a quiet unit; when it does so next."""
        arm, time = self._arms[word & MASK], word >> ARM
        maturities = arm.maturities
        before, after = bisect_right(maturities, self._clock - time), bisect_right(maturities, clock - time)
        if before != after and (arm.fresh is not None or not arm.x.warms_up(time)):
            ripe[arm.place, 0 if arm.fresh is not None else arm.x.phase(time), before, after] += 1
        return time + maturities[after] if after < len(maturities) else None

    def _recount(self, key: int) -> None:
        """Count anew what a unit adds where it is open."""
        unit = self._units[key]
        assert type(unit) is Unit, "only what is awake is marked"
        unit.shorten()
        for entry in unit.entries:
            if entry.open:
                self._replace(entry, recount(self._experiments[entry.number], entry, unit, self._clock))
        self._tidy(key, unit)

    def _tidy(self, key: int, unit: Unit) -> None:
        """Close what can't change any more, forget what can't matter, and note when to look again."""
        open_ = []
        for entry in unit.entries:
            if entry.open:
                if self._clock < entry.time + self._closes[entry.number]:
                    open_.append(entry)
                else:
                    entry.open, entry.added = False, shared(entry.added)
        if open_:
            self._plan(key, unit, *self._next_of(open_))
        elif self._forget(unit) or not self._leave(key, unit):
            self._plan(key, unit, None, self._forgets(unit))

    def _retire(self, key: int) -> None:
        """Forget entries into experiments that have expired."""
        state = self._units.get(key)
        if type(state) is Unit:
            lasting = tuple([entry for entry in state.entries if entry.number not in self._expired])
            if len(lasting) < len(state.entries):
                self._touch(key)
                state.entries = lasting
                self._tidy(key, state)
        elif state is not None:
            self._retire_quiet(key, quiet.words(state))

    def _retire_quiet(self, key: int, words: tuple[int, ...]) -> None:
        lasting = tuple([word for word in words if self._arms[word & MASK].number not in self._expired])
        if len(lasting) == len(words):
            return
        self._touch(key)
        if lasting:
            self._units[key] = quiet.state(lasting)
        else:
            del self._units[key]

    def _word(self, entry: Entry) -> int:
        return entry.time << ARM | self._places[entry.number, entry.variant]

    def _replace(self, entry: Entry, added: Added) -> None:
        """Mostly what was added stands, and something comes to it."""
        stands = len(entry.added)
        if added[:stands] == entry.added:
            self._add(entry.number, added[stands:])
        else:
            self._remove(entry.number, entry.added)
            self._add(entry.number, added)
        entry.added = added

    def _add(self, number: int, added: Added) -> None:
        cells = self.cells[number]
        for first, amounts in added:
            for place, amount in enumerate(amounts, first):
                cells[place] += amount
            self.changed.add(number)

    def _remove(self, number: int, added: Added) -> None:
        self._add(number, tuple([(first, tuple([-amount for amount in amounts])) for first, amounts in added]))

    def _forget(self, unit: Unit) -> bool:
        """Drop events that no entry still to come can reach; whether any are left."""
        oldest = self._clock - self._horizon
        if unit.conversions:
            unit.conversions = [c for c in unit.conversions if c.time >= oldest] or ()
        if unit.reversals:
            unit.reversals = [r for r in unit.reversals if r.time >= oldest] or ()
        return bool(unit.conversions or unit.reversals)

    def _leave(self, key: int, unit: Unit) -> bool:
        """Whether a unit without events and with nothing open could go, or be quiet again."""
        if not unit.entries:
            del self._units[key]
        elif all(map(self._is_quiet, unit.entries)):
            self._units[key] = quiet.state(tuple(map(self._word, unit.entries)))
        return self._units.get(key) is not unit

    def _is_quiet(self, entry: Entry) -> bool:
        x = self._experiments[entry.number]
        plain = not (entry.crossed or entry.covariates)
        return plain and entry.added == silent(x, entry.time, entry.variant, self._clock)

    def _plan(self, key: int, unit: Unit, matures: int | None, ends: int | None) -> None:
        if matures is not None and matures != unit.matures:
            self._maturities.put(matures, key)
        if ends is not None and ends != unit.ends:
            self._chores.put(ends, key)
        unit.matures, unit.ends = matures, ends

    def _next_of(self, entries: list[Entry]) -> tuple[int | None, int | None]:
        """When the first of some open entries matures, else when the first can be closed."""
        told = [self._nexts[entry.number](entry.time, self._clock) for entry in entries]
        maturities = [due for due in told if due is not None]
        if maturities:
            return min(maturities), None
        return None, min([entry.time + self._closes[entry.number] for entry in entries])

    def _forgets(self, unit: Unit) -> int | None:
        """When the first event can be forgotten that waits for an entry."""
        times = [event.time for events in (unit.conversions, unit.reversals) for event in events]
        return min(times) + self._horizon + 1 if times else None

    def _matures(self, key: int) -> int | None:
        state = self._units.get(key)
        if type(state) is Unit:
            return state.matures
        return None if state is None else self._next(state, self._clock)

    def _next(self, state: quiet.State, clock: int) -> int | None:
        """When a quiet unit matures next."""
        if isinstance(state, int):
            return self._arms[state & MASK].next(state >> ARM, clock)
        return min((due for word in state if (due := self._next(word, clock)) is not None), default=None)

    def _ends(self, key: int) -> int | None:
        state = self._units.get(key)
        return state.ends if type(state) is Unit else None
