"""What is remembered of a unit: its entries, its conversions with every copy of each, and its reversals."""

from dataclasses import dataclass, field
from typing import NamedTuple

Added = tuple[tuple[int, int], ...]  # (cell, amount): what a unit adds to the counts of an experiment
Barred = frozenset[int | tuple[int, int, int]]  # experiments e, and sources (e, metric, s), that may not use an event


class Copy(NamedTuple):
    """An accepted conversion record; `value` in millionths."""

    time: int
    event: str
    value: int
    barred: Barred


class Reversal(NamedTuple):
    """An accepted record that takes the conversion `target` back."""

    target: int
    time: int
    record_time: int
    barred: Barred


@dataclass(slots=True)
class Entry:
    """A unit in an experiment: its first exposure, the set of arms seen (bits), and what it adds to the cells.

    `covariates` are those of the first exposure, in millionths; nobody pays for them where none is declared.
    """

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


@dataclass(slots=True)
class Unit:
    """A unit: entries by number of the experiment, conversions by identity, and when the clock next matters to it."""

    entries: dict[int, Entry] = field(default_factory=dict)
    conversions: dict[int, list[Copy]] = field(default_factory=dict)
    reversals: list[Reversal] = field(default_factory=list)
    due: int | None = None
