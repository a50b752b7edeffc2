"""A look: all that is known at one moment."""

from typing import NamedTuple

from streams.core.state import State


class Recency(NamedTuple):
    """Clocks (ms): below `least` a look is too old to stop on; one that was is let go again from `enough` on.

    Two of them, so that a lag about the limit does not make a decision of every other look.
    """

    least: int
    enough: int


class Look(NamedTuple):
    """All partitions at one moment: next offsets and clock (ms) by partition, and the sum of their cells.

    Without `recency` a look is as good as any, however old: a replay has no present.
    """

    offsets: dict[str, tuple[int, int]]
    clocks: dict[str, int]
    cells: list[int]
    recency: Recency | None = None

    @property
    def clock(self) -> int:
        """The instant all partitions have reached."""
        return min(self.clocks.values())

    @property
    def slowest(self) -> str:
        """The partition that is furthest behind."""
        return min(self.clocks, key=lambda partition: (self.clocks[partition], partition))


def present(state: State, recency: Recency | None = None) -> Look:
    """The sum over the partitions, which stand in their order: a decision is the same whoever was heard first."""
    parts = {p: state.parts[p] for p in sorted(state.parts, key=int)}
    totals = [*map(sum, zip(*(part.cells for part in parts.values()), strict=True))]
    offsets = {p: part.offsets for p, part in parts.items()}
    return Look(offsets, {p: part.clock for p, part in parts.items()}, totals, recency)
