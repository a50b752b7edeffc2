"""A look: all that is known at one moment."""

from typing import NamedTuple

from streams.core.state import State


class Look(NamedTuple):
    """All partitions at one moment: next offsets and clock (ms) by partition, and the sum of their cells."""

    offsets: dict[str, tuple[int, int]]
    clocks: dict[str, int]
    cells: list[int]

    @property
    def clock(self) -> int:
        """The instant all partitions have reached."""
        return min(self.clocks.values())


def present(state: State) -> Look:
    """The sum over the partitions."""
    totals = [*map(sum, zip(*(part.cells for part in state.parts.values()), strict=True))]
    offsets = {p: part.offsets for p, part in state.parts.items()}
    return Look(offsets, {p: part.clock for p, part in state.parts.items()}, totals)
