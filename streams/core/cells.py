"""Where each count of an experiment stands in its flat list of integers.

Cells add: over units, over source partitions, over time. A flat list keeps that sum a one-liner and the wire small.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EXCLUDED = ("multi_variant", "warmup", "late", "before_exposure", "drift", "missing_value", "over_cap")
COUNTERS = (*EXCLUDED, "duplicate", "repeat_exposure", "exposures")

Matrix = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Block:
    """Cells of one metric: consecutive from `start`, ordered by phase, variant, field."""

    start: int
    phases: int
    variants: int
    fields: tuple[str, ...]

    @property
    def stop(self) -> int:
        """One past the last cell."""
        return self.start + self.phases * self.variants * len(self.fields)

    def at(self, phase: int, variant: int) -> int:
        """Index of the first field."""
        return self.start + (phase * self.variants + variant) * len(self.fields)

    def field(self, looks: Matrix, name: str) -> Matrix:
        """The field over (looks, phases, variants)."""
        shape = (len(looks), self.phases, self.variants, len(self.fields))
        return looks[:, self.start : self.stop].reshape(shape)[..., self.fields.index(name)]


@dataclass(frozen=True, slots=True)
class Layout:
    """Counters, then units entered by phase and variant, then a block for each metric."""

    units: Block
    metrics: tuple[Block, ...]

    @classmethod
    def of(cls, phases: int, variants: int, fields: Sequence[tuple[str, ...]]) -> "Layout":
        """Lay out the metrics, given the fields of each."""
        units = Block(len(COUNTERS), phases, variants, ("entered",))
        blocks, start = [], units.stop
        for names in fields:
            blocks.append(Block(start, phases, variants, names))
            start = blocks[-1].stop
        return cls(units, tuple(blocks))

    @property
    def size(self) -> int:
        """Number of cells."""
        return self.metrics[-1].stop


def index(counter: str) -> int:
    """Place of a counter."""
    return COUNTERS.index(counter)


def add(a: Sequence[int], b: Sequence[int]) -> list[int]:
    """Cells of two disjoint sets of units together."""
    return [x + y for x, y in zip(a, b, strict=True)]
