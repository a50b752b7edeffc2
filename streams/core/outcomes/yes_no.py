"""Binary and retention: did the unit convert? Told twice, when it converts and when its window has closed."""

from collections.abc import Mapping, Sequence

from stats.sequential.base import Totals
from streams.core.cells import Block, Matrix
from streams.core.outcomes.base import Amounts, Did, Object, described, take


class YesNo:
    """`expired` units had no event; the early reading keeps what was reversed later: a bet is not taken back."""

    name = "yes_no"
    cells: tuple[str, ...] = ("converted_now", "expired", "matured", "matured_converted")
    at_once: Amounts = (1,)
    enough = 0

    def matured(self, did: Did) -> Amounts:
        """It had its time, and it did or did not."""
        return 0, not did.acted, 1, did.events[0] > 0

    def totals(self, looks: Matrix, block: Block, arms: Sequence[int]) -> Totals:
        """Units and converters."""
        found = take(looks, block, arms, {"n": "matured", "converted": "matured_converted"})
        return yes_or_no(found["n"], found["converted"])

    def early(self, looks: Matrix, block: Block, arms: Sequence[int]) -> Totals:
        """Units of which one knows: they converted, or can no more."""
        found = take(looks, block, arms, {"converted": "converted_now", "expired": "expired"})
        return yes_or_no(found["converted"] + found["expired"], found["converted"])

    def arm(self, cells: Mapping[str, int]) -> Object:
        """The sum of ones is how many there are."""
        return described(cells, cells["matured_converted"], cells["matured_converted"])


def yes_or_no(n: Matrix, converted: Matrix) -> Totals:
    """A yes is an amount of 1, its square as well: tests of amounts take it too."""
    return {"n": n} | dict.fromkeys(("converted", "nonzero", "sum", "squares"), converted)
