"""Ratio: two sums of one unit, such as revenue and visits; the units are the sample, not the visits."""

from collections.abc import Mapping, Sequence

from stats.sequential.base import Totals
from streams.core.cells import Block, Matrix
from streams.core.outcomes.base import BOUNDLESS, Amounts, Did, Object, plain, take

MOMENTS = ("nonzero", "sum", "squares", "x_sum", "x_squares", "products")


class Ratio:
    """Numerator y over denominator x: all first and second moments.

    Args:
        cap: the most of y that a unit counts for, in millionths; None: all.
    """

    name = "ratio"
    cells: tuple[str, ...] = ("matured", "converted", *MOMENTS)
    at_once: Amounts = ()
    enough = BOUNDLESS

    def __init__(self, cap: int | None) -> None:
        self._cap = cap

    def matured(self, did: Did) -> Amounts:
        """`converted` has an event in the numerator, `nonzero` a denominator."""
        y, x = did.sums if self._cap is None else (min(did.sums[0], self._cap), did.sums[1])
        return 1, did.events[0] > 0, x > 0, y, y * y, x, x * x, x * y

    def totals(self, looks: Matrix, block: Block, arms: Sequence[int]) -> Totals:
        """Units, and the moments of both sums."""
        return take(looks, block, arms, {"n": "matured"} | dict(zip(MOMENTS, MOMENTS, strict=True)))

    def early(self, looks: Matrix, block: Block, arms: Sequence[int]) -> None:
        """None: both sums are known when the window has closed."""

    def arm(self, cells: Mapping[str, int]) -> Object:
        """The mean is the ratio of the sums."""
        y, x = cells["sum"], cells["x_sum"]
        return {
            "matured": cells["matured"],
            "conversions": cells["converted"],
            "sum": plain(y),
            "denominator": plain(x),
            "mean": y / x if x else None,
        }
