"""What is remembered of a unit: its entries, its conversions with every copy of each, and its reversals.

Most units only enter. Of these an integer for each entry is enough, see `quiet`. With conversions about which there is
nothing special a unit is `Acting`; the others are kept as a `Unit`.
"""

from collections.abc import Iterable, MutableMapping
from itertools import groupby
from typing import Any, TypeVar, final

from msgspec import Struct

from streams.core.outcomes.base import Amounts

State = int | tuple[int, ...]  # a word for each entry
Deed = tuple[int, ...]  # what a unit did: of each source of each metric a sum in millionths, or NEVER; (): nothing
Added = tuple[tuple[int, Amounts], ...]  # (first cell, amounts): what a unit adds to the counts of an experiment
Barred = frozenset[int | tuple[int, int, int]]  # experiments e, and sources (e, metric, s), that may not use an event
NOBODY: Barred = frozenset()

FEW = 8  # conversions of a unit among which it is worth while to look for a copy
HELD = 20_000  # different records of a unit that are kept: no human comes near, and no bot costs more


class Copy(Struct, gc=False, array_like=True):
    """An accepted conversion record; `value` in millionths. Equal records are one, told `times`."""

    identity: int
    time: int
    event: str
    value: int
    barred: Barred
    times: int = 1


class Reversal(Struct, gc=False, array_like=True):
    """An accepted record that takes the conversion `target` back. Equal records are one, told `times`."""

    target: int
    time: int
    record_time: int
    barred: Barred
    times: int = 1


class Entry(Struct, gc=False, array_like=True):
    """A unit in an experiment: its first exposure, the set of arms seen (bits), and what it adds to the cells.

    `covariates` are those of the first exposure, in millionths; nobody pays for them where none is declared.
    """

    number: int
    time: int
    variant: int
    arms: int
    added: Added = ()
    open: bool = True
    covariates: tuple[int, ...] = ()

    def expose(self, time: int, variant: int, covariates: tuple[int, ...]) -> None:
        """The smallest (time, variant) is the entry; of exposures tied in both each covariate is its smallest."""
        if (time, variant) < (self.time, self.variant):
            self.time, self.variant, self.covariates = time, variant, covariates
        elif covariates and (time, variant) == (self.time, self.variant):
            self.covariates = tuple(map(min, self.covariates, covariates))

    @property
    def crossed(self) -> bool:
        """Seen in more than one arm."""
        return self.arms & (self.arms - 1) != 0


@final
class Unit(Struct, gc=False):
    """A unit of which more is known than that it entered.

    Attributes:
        entries: one for each experiment.
        conversions, reversals: records that may still matter.
        matures: when the clock alone next changes what the unit adds.
        ends: else when something can be closed or forgotten.
    """

    entries: tuple[Entry, ...] = ()
    conversions: list[Copy] | tuple[()] = ()
    reversals: list[Reversal] | tuple[()] = ()
    matures: int | None = None
    ends: int | None = None

    def shorten(self) -> None:
        """Keep of very many records the first only, so that what is counted does not depend on their order."""
        if len(self.conversions) > HELD:
            self.conversions = compact(self.conversions)
        if len(self.reversals) > HELD:
            self.reversals = compact(self.reversals)


@final
class Acting(Struct, gc=False, frozen=True):
    """A unit of which words tell what it adds, with the conversions that an entry still to come may use.

    Attributes:
        state: its words, see `quiet`.
        conversions: different ones, barred to nobody.
    """

    state: State
    conversions: tuple[Copy, ...]


States = MutableMapping[int, State | Acting | Unit]  # by the number of the unit


Record = TypeVar("Record", Copy, Reversal)


def remember(records: list[Record] | tuple[()], record: Record) -> list[Record]:
    """With one more. Of very many only the first are kept, but it is not worth while to sort at every one."""
    if not records:
        return [record]
    records.append(record)
    return records if len(records) <= 2 * HELD else compact(records)


def compact(records: Iterable[Record]) -> list[Record]:
    """Equal records as one, and of different ones the first: the same in whatever order they came."""
    found: list[Record] = []
    for _, (first, *others) in groupby(sorted(records, key=order), order):
        first.times += sum(other.times for other in others)
        found.append(first)
    return found[:HELD]


def order(record: Copy | Reversal) -> tuple[Any, ...]:
    """By identity, then by what rule 4 compares; what only filters tell apart must not be left to chance."""
    barred = sorted(map(repr, record.barred)) if record.barred else []
    if isinstance(record, Copy):
        return record.identity, record.time, record.event, record.value, barred
    return record.target, record.time, record.record_time, barred
