"""Quantile: which share of the units lies above a declared value; tested as a yes or no, shown with a histogram."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import isqrt

from stats.sequential.base import Totals
from streams.core.cells import Block, Matrix
from streams.core.outcomes.base import Amounts, Did, Object, described, plain, take
from streams.core.outcomes.yes_no import yes_or_no

OCTAVES, PARTS = 4, 4  # the histogram reaches so far to each side of the threshold, in so many steps an octave
STEPS = range(-PARTS * OCTAVES, PARTS * OCTAVES + 1)
BUCKETS = (*(f"up_to_{k}" for k in STEPS), "beyond")  # up to the threshold times 2**(k/4), above the one before
SHOWN = (0.5, 0.9, 0.99)


class Quantile:
    """Units above the threshold, and how all are spread over buckets that are equally wide in the logarithm.

    Args:
        threshold: in millionths.
    """

    name = "yes_no"
    cells: tuple[str, ...] = ("matured", "converted", "above", *BUCKETS)
    at_once: Amounts = ()

    def __init__(self, threshold: int) -> None:
        self._threshold, self._edges = threshold, edges(threshold)
        self.enough = self._edges[-1] + 1

    def matured(self, did: Did) -> Amounts:
        """One in the unit's bucket; a unit that did nothing has the value 0 and lies in the lowest."""
        bucket, value = bisect_left(self._edges, did.sums[0]), did.sums[0]
        return 1, did.events[0] > 0, value > self._threshold, *(0,) * bucket, 1

    def totals(self, looks: Matrix, block: Block, arms: Sequence[int]) -> Totals:
        """Units, and those above the threshold."""
        found = take(looks, block, arms, {"n": "matured", "above": "above"})
        return yes_or_no(found["n"], found["above"])

    def early(self, looks: Matrix, block: Block, arms: Sequence[int]) -> None:
        """None: a sum that is below the threshold now may pass it yet."""

    def arm(self, cells: Mapping[str, int]) -> Object:
        """The mean is the share above; the quantiles are for the eye."""
        counts = [cells[name] for name in BUCKETS]
        quantiles = {str(share): quantile(self._edges, counts, share) for share in SHOWN}
        return described(cells, cells["converted"], cells["above"]) | {"quantiles": quantiles}


def edges(threshold: int) -> list[int]:
    """The threshold times 2**(k/4), rounded down without floats: cells must be the same on every machine."""
    fourth = threshold**4 << STEPS.stop
    return [isqrt(isqrt(fourth >> (STEPS.stop - k))) for k in STEPS]


def quantile(borders: Sequence[int], counts: Sequence[int], share: float) -> float | None:
    """Interpolated in the logarithm; what lies outside of the histogram is at its end."""
    wanted = share * sum(counts)
    if wanted == 0:
        return None
    below = [0, *accumulate(counts)]
    bucket = bisect_left(below, wanted) - 1
    if bucket in (0, len(borders)):
        return plain(borders[max(bucket - 1, 0)])
    low, high = map(plain, borders[bucket - 1 : bucket + 1])
    return float(low * (high / low) ** ((wanted - below[bucket]) / counts[bucket]))
