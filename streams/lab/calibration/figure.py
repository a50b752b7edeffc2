"""What a calibration measures: rows of a table, each beside the figure that is expected, if there is one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from streams.lab.calibration.harness import Rate

ALPHA = 0.05
CHUNK = 250


@dataclass(frozen=True)
class Setting:
    """How many runs, and from what seed."""

    seed: int
    share: float = 1.0

    def runs(self, full: int) -> int:
        """So many, or fewer in a quick calibration."""
        return max(100, int(full * self.share))

    def rng(self, *name: str) -> np.random.Generator:
        """A stream of its own for each figure, whatever else is run."""
        return np.random.default_rng([self.seed, *"/".join(name).encode()])


@dataclass(frozen=True)
class Row:
    """One number.

    Args:
        of: what it is of.
        found: a rate, or a number in words.
        given: what was found before, if anything.
        alpha: the type I error that was promised, if one was.
        right: whether the promise is expected to be kept.
    """

    of: str
    found: Rate | str
    given: str = ""
    alpha: float | None = None
    right: bool = True

    @property
    def holds(self) -> bool:
        """Whether the harness rules as it should."""
        return self.alpha is None or not isinstance(self.found, Rate) or self.found.keeps(self.alpha) == self.right


class Figure(NamedTuple):
    """Rows that one simulation gives."""

    title: str
    about: str
    rows: Callable[[Setting], Iterator[Row]]


def chunks(runs: int) -> Iterator[int]:
    """Runs at a time, so that memory stays small."""
    yield from (min(CHUNK, runs - done) for done in range(0, runs, CHUNK))
