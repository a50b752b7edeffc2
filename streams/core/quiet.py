"""A unit of which is known when it entered where, and whether it acted: an integer for each entry, a word.

Nearly all units are of this kind, so this is what memory is made of. Of a unit in one experiment the state is that
integer, of a unit in several a tuple of them. A word tells the time of an entry and its arm; and if all metrics of the
experiment are of the kind yes or no, in which of them the unit acted. What it adds is a function of these.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from streams.core.definition import GLANCE_BACK, Experiment
from streams.core.memory import Acting, Added, Copy, State
from streams.core.outcomes.yes_no import YesNo
from streams.core.recount import alike, silent
from streams.core.seen import services

ARM = 18  # bits of a word for its arm; the others are its time, so the earlier of two entries is the smaller
MASK = (1 << ARM) - 1

Window = tuple[int, int, int]  # from when to when after the entry, and what has happened then (0: no word can tell)


@dataclass(frozen=True, slots=True, eq=False)
class Arm:
    """One variant of one experiment, for units that acted alike in it.

    Attributes:
        number, variant: index of the experiment, and of the variant in it.
        place: of the arm among all arms in which nobody acted; and how many of these there are for each deed.
        acted: metrics in which they acted, as bits.
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
    acted: int
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
        return alike(self.x, 0, self.variant, self.x.matured(time, clock), self.acted)

    def deed(self, time: int, c: Copy) -> int | None:
        """What a conversion says of a unit that entered then, as bits; None: what no word can tell."""
        windows, since = self.windows.get(c.event), c.time - time
        if windows is None:
            return 0
        if since < 0:
            return None if since >= -GLANCE_BACK else 0
        found = 0
        for opens, closes, deed in windows:
            if opens <= since < closes:
                if not deed:
                    return None
                found |= deed
        return found

    def deeds(self, time: int, conversions: tuple[Copy, ...]) -> int | None:
        """What some conversions say."""
        found = 0
        for c in conversions:
            deed = self.deed(time, c)
            if deed is None:
                return None
            found |= deed
        return found

    def repeats(self, time: int, conversions: tuple[Copy, ...]) -> int:
        """How many times too often the conversions were told that say something of a unit that entered then."""
        return sum([c.times - 1 for c in conversions if c.times > 1 and self.deed(time, c)])

    def acted_by(self, added: Added) -> int:
        """In which metrics a unit has acted that added this, as bits; if a word can tell."""
        if not self.tells:
            return 0
        told = zip(self.x.metrics, self.x.layout.metrics, strict=True)
        begun = [(block.at(0, self.variant), metric.counted.at_once) for metric, block in told]
        return sum([1 << m for m, one in enumerate(begun) if one in added])


class Arms(dict[int, Arm]):
    """By place; those in which units acted are made when they are asked for.

    Attributes:
        all: in which nobody acted.
        deed: from the place of one to that of the same with the first deed.
    """

    def __init__(self, experiments: Sequence[Experiment]) -> None:
        self.all = arms(experiments)
        self.deed = len(self.all)
        super().__init__(enumerate(self.all))

    def __missing__(self, place: int) -> Arm:
        acted, base = divmod(place, self.deed)
        arm = self.all[base]
        fresh = alike(arm.x, 0, arm.variant, 0, acted)
        self[place] = replace(arm, place=place, acted=acted, fresh=fresh)
        return self[place]


def arms(experiments: Sequence[Experiment]) -> list[Arm]:
    """All there are.

    Raises:
        ValueError: there are too many.
    """
    variants = [(number, x, v) for number, x in enumerate(experiments) for v in range(len(x.variants))]
    if len(variants) > 1 << ARM:
        raise ValueError(f"{len(variants):,} variants run at a time, of at most {1 << ARM:,}; stop some experiments")
    room = (1 << ARM) // max(len(variants), 1)  # for what may have happened in an arm
    return [_arm(number, x, variant, place, room) for place, (number, x, variant) in enumerate(variants)]


def _arm(number: int, x: Experiment, variant: int, place: int, room: int) -> Arm:
    schedule = x.spec.schedule
    same = not (x.phase_starts or schedule.warmup) and x.effective_from in (None, schedule.start_at)
    fresh = alike(x, 0, variant, 0, 0) if same else None
    maturities = tuple([closing + x.lateness for closing in x.closings])
    entered, tells = x.layout.units.at(0, variant), same and _is_told(x, room)
    first, closes, windows = maturities[0], x.closes(0), _windows(x, tells=tells)
    return Arm(number, variant, place, 0, x, first, maturities, closes, fresh, entered, tells, windows)


def _is_told(x: Experiment, room: int) -> bool:
    """Whether words can tell what units did."""
    return 1 << len(x.metrics) <= room and all(isinstance(metric.counted, YesNo) for metric in x.metrics)


def _windows(x: Experiment, *, tells: bool) -> dict[str, tuple[Window, ...]]:
    return {name: tuple([(s.opens, s.closes, tells << s.metric) for s in known]) for name, known in services(x).items()}


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
