"""A unit that entered and did nothing: an integer for each entry, of its time and its arm.

Nearly all units are of this kind, so this is what memory is made of. Of a unit in one experiment the state is that
integer, of a unit in several a tuple of them.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from streams.core.definition import Experiment
from streams.core.memory import Added

ARM = 16  # bits of an entry for its arm; the others are its time, so the earlier of two entries is the smaller
MASK = (1 << ARM) - 1

State = int | tuple[int, ...]


class Arm(NamedTuple):
    """One variant of one experiment: number of the experiment, index of the variant, place among all arms.

    Attributes:
        maturities: from the entry to each of them, ascending; `first` is the first.
        closes: from the entry to the time from which on nothing that is not late can change what the unit did.
        fresh: what a unit adds until its first maturity; None if that depends on when it enters.
        entered: the cell that counts those units.
    """

    number: int
    variant: int
    place: int
    x: Experiment
    first: int
    maturities: tuple[int, ...]
    closes: int
    fresh: Added | None
    entered: int

    def next(self, time: int, clock: int) -> int | None:
        """When an entry of that time matures next."""
        done = bisect_right(self.maturities, clock - time)
        return time + self.maturities[done] if done < len(self.maturities) else None


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
    alike = not (x.phase_starts or schedule.warmup) and x.effective_from in (None, schedule.start_at)
    entered = x.layout.units.at(0, variant)
    fresh = ((entered, (1,)),) if alike else None
    maturities = tuple([closing + x.lateness for closing in x.closings])
    return Arm(number, variant, place, x, maturities[0], maturities, x.closes(0), fresh, entered)


def words(state: State) -> tuple[int, ...]:
    """Its entries."""
    return (state,) if isinstance(state, int) else state


def state(words: tuple[int, ...]) -> State:
    """Of one or more entries."""
    return words[0] if len(words) == 1 else words
