"""A unit of which is known when it entered where, and whether it acted: an integer for each entry, a word.

Nearly all units are of this kind, so this is what memory is made of. Of a unit in one experiment the state is that
integer, of a unit in several a tuple of them. A word tells the time of an entry and its arm, and of the deeds that are
known that of the unit, see `deeds`. What it adds is a function of these.
"""

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from streams.core.deeds import Deeds, Part, Span, Window, after, cut, windows
from streams.core.definition import GLANCE_BACK, Experiment
from streams.core.memory import Acting, Added, Copy, Deed, State
from streams.core.recount import alike, silent
from streams.core.rows import ARM

ACTED = 1 << 15  # arms in which units acted; each costs memory, and rare deeds are not worth it


class Arm(Struct, frozen=True, eq=False, gc=False):
    """One variant of one experiment, for units that acted alike in it.

    Attributes:
        number, variant: index of the experiment, and of the variant in it.
        place: of the arm among all arms in which nobody acted; and how many of these there are for each deed.
        deed: what they did.
        maturities: from the entry to each of them, ascending; `first` is the first.
        closes: from the entry to the time from which on nothing that is not late can change what the unit did.
        fresh: what a unit adds until its first maturity; None if that depends on when it enters.
        entered: the cell that counts those units.
        tells: whether words can tell what units did.
        windows: by name of an event.
    """

    number: int
    variant: int
    place: int
    deed: Deed
    x: Experiment
    first: int
    maturities: tuple[int, ...]
    closes: int
    fresh: Added | None
    entered: int
    tells: bool
    windows: dict[str, tuple[Window, ...]]

    def wait(self, time: int, clock: int) -> int | None:
        """From an entry of that time to its next maturity."""
        if clock - time < self.first:
            return self.first
        done = bisect_right(self.maturities, clock - time)
        return self.maturities[done] if done < len(self.maturities) else None

    def next(self, time: int, clock: int) -> int | None:
        """When an entry of that time matures next."""
        wait = self.wait(time, clock)
        return None if wait is None else time + wait

    def added(self, time: int, clock: int) -> Added:
        """What a unit that entered then has added so far."""
        if self.fresh is None:
            return silent(self.x, time, self.variant, clock)
        if clock < time + self.first:
            return self.fresh
        return alike(self.x, 0, self.variant, self.x.matured(time, clock), self.deed)

    def parts(self, time: int, c: Copy) -> tuple[Part, ...] | None:
        """What a conversion adds to the deed of a unit that entered then; None: what no word can tell."""
        windows, since = self.windows.get(c.event), c.time - time
        if windows is None:
            return ()
        if since < 0:
            return None if since >= -GLANCE_BACK else ()
        found: tuple[Part, ...] = ()
        for opens, closes, parts in windows:
            if opens <= since < closes:
                found += parts
        return found if self.tells or not found else None

    def span(self, event: str) -> Span | None:
        """The time after an entry for events of that name; None if nobody asks for them."""
        known = self.windows.get(event)
        return None if known is None else cut(known, tells=self.tells)

    def repeats(self, time: int, conversions: tuple[Copy, ...]) -> int:
        """How many times too often the conversions were told that say something of a unit that entered then."""
        return sum([c.times - 1 for c in conversions if c.times > 1 and self.parts(time, c)])


class Arms(dict[int, Arm]):
    """By place; those in which units acted are made when they are asked for.

    Attributes:
        all: in which nobody acted.
        step: from the place of one to that of the same with the next deed.
        deeds: by number of the experiment.
        acts: of the places of two arms: what a unit adds more at once when it goes from one to the other.
    """

    def __init__(self, experiments: Sequence[Experiment]) -> None:
        self.all = arms(experiments)
        self.step = len(self.all)
        most = ACTED // max(self.step, 1)
        self.deeds = [Deeds(x, most) for x in experiments]
        self.acts = lru_cache(maxsize=2**14)(self._acts)
        super().__init__(enumerate(self.all))

    def __missing__(self, place: int) -> Arm:
        number, base = divmod(place, self.step)
        arm = self.all[base]
        deed = self.deeds[arm.number].known[number]
        self[place] = replace(arm, place=place, deed=deed, fresh=alike(arm.x, 0, arm.variant, 0, deed))
        return self[place]

    def adding(self, arm: Arm, added: Added) -> Arm:
        """The arm of units that did that by which a unit may have added this."""
        return self._doing(arm, self.deeds[arm.number].adding(added)) or arm

    def _acts(self, before: int, after: int) -> Added:
        arm = self[after]
        known, added = (alike(arm.x, 0, arm.variant, 0, deed) for deed in (self[before].deed, arm.deed))
        return tuple([told for told in added if told[1] and told not in known])

    def beyond(self, arm: Arm, parts: tuple[Part, ...], value: int) -> Arm | None:
        """The arm of units that did this, too; None: what no word can tell."""
        deed = after(arm.x, arm.deed, parts, value)
        return None if deed is None else self._doing(arm, self.deeds[arm.number].number(deed))

    def _doing(self, arm: Arm, deed: int | None) -> Arm | None:
        return None if deed is None else self[arm.place % self.step + deed * self.step]


def arms(experiments: Sequence[Experiment]) -> list[Arm]:
    """All there are.

    Raises:
        ValueError: there are too many.
    """
    variants = [(number, x, v) for number, x in enumerate(experiments) for v in range(len(x.variants))]
    if len(variants) > 1 << ARM:
        raise ValueError(f"{len(variants):,} variants run at a time, of at most {1 << ARM:,}; stop some experiments")
    return [_arm(number, x, variant, place) for place, (number, x, variant) in enumerate(variants)]


def _arm(number: int, x: Experiment, variant: int, place: int) -> Arm:
    schedule = x.spec.schedule
    same = not (x.phase_starts or schedule.warmup) and x.effective_from in (None, schedule.start_at)
    fresh = alike(x, 0, variant, 0, ()) if same else None
    maturities = tuple([closing + x.lateness for closing in x.closings])
    entered, tells = x.layout.units.at(0, variant), same and not x.covariates
    return Arm(number, variant, place, (), x, maturities[0], maturities, x.closes(0), fresh, entered, tells, windows(x))


def words(state: State) -> tuple[int, ...]:
    """Its entries."""
    return (state,) if isinstance(state, int) else state


def state(words: tuple[int, ...]) -> State:
    """Of one or more entries."""
    return words[0] if len(words) == 1 else words


def parts(unit: State | Acting | None) -> tuple[tuple[int, ...], tuple[Copy, ...]]:
    """Words and conversions of a unit, if there is one."""
    state, conversions = (
        (unit.state, unit.conversions) if isinstance(unit, Acting) else (() if unit is None else unit, ())
    )
    return (state,) if isinstance(state, int) else state, conversions
