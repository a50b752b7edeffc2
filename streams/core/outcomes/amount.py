"""Count and continuous: how much a unit did, cut off at the cap."""

from collections.abc import Mapping, Sequence

from stats.sequential.base import Totals
from streams.core.cells import Block, Matrix
from streams.core.outcomes.base import Amounts, Did, Object, described, plain, take

TOTALS = {"n": "matured", "nonzero": "nonzero", "sum": "sum", "squares": "squares"}


class Amount:
    """Sums and sums of squares of millionths.

    Args:
        cap: the most a unit counts for, in millionths.
    """

    name = "amount"
    cells: tuple[str, ...] = ("matured", "converted", "nonzero", "capped", "sum", "squares")
    at_once: Amounts = ()

    def __init__(self, cap: int) -> None:
        self._cap, self.enough = cap, cap + 1

    def matured(self, did: Did) -> Amounts:
        """The unit's amount, up to the cap."""
        y = min(did.sums[0], self._cap)
        return 1, did.events[0] > 0, y > 0, did.sums[0] > y, y, y * y

    def totals(self, looks: Matrix, block: Block, arms: Sequence[int]) -> Totals:
        """Units, those with an amount, and two power sums."""
        return take(looks, block, arms, TOTALS)

    def early(self, looks: Matrix, block: Block, arms: Sequence[int]) -> None:
        """None: an amount is known when the window has closed."""

    def arm(self, cells: Mapping[str, int]) -> Object:
        """The mean is of all matured units."""
        return described(cells, cells["converted"], plain(cells["sum"]))
