"""Whom to look at when: keys in buckets of a few seconds, of which only the present one is kept in order.

A key costs a place in a list, whatever its instant. It may lie in several buckets: what holds is what `instant` says
when the bucket is opened.
"""

from bisect import bisect_left, insort
from collections.abc import Callable
from heapq import heappop, heappush

SPAN = 12  # a bucket holds 2**SPAN ms


class Wheel:
    """Keys and their instants (ms).

    Args:
        instant: the earliest instant at which a key is to be looked at, if there is one; it must have been put there.
    """

    def __init__(self, instant: Callable[[int], int | None]) -> None:
        self._instant = instant
        self._buckets: dict[int, list[int]] = {}
        self._order: list[int] = []  # heap of the buckets
        self._soon: list[tuple[int, int]] = []  # (instant, key) from opened buckets, in order
        self._opened: int | None = None  # all buckets up to this one

    def put(self, instant: int, key: int) -> None:
        """Look at the key then."""
        number = instant >> SPAN
        bucket = self._buckets.get(number)
        if bucket is not None:
            bucket.append(key)
        elif self._opened is not None and number <= self._opened:
            insort(self._soon, (instant, key))
        else:
            self._buckets[number] = [key]
            heappush(self._order, number)

    def due(self, clock: int) -> dict[int, None]:
        """Take out the keys whose instant has come, bucket by bucket: who came together lies together in memory.

        Of buckets that the clock has left behind all keys are told, also those whose instant has moved on.
        """
        found = self._behind(clock >> SPAN)
        self._open(clock >> SPAN)
        end = bisect_left(self._soon, (clock + 1,))
        found.update(dict.fromkeys([key for _, key in self._soon[:end]]))
        del self._soon[:end]
        return found

    def first(self) -> int | None:
        """The earliest instant of any key."""
        while self._soon or self._order:
            if not self._soon:
                self._open(self._order[0])
                continue
            instant, key = self._soon[0]
            if self._instant(key) == instant:
                return instant
            del self._soon[0]
        return None

    def _behind(self, number: int) -> dict[int, None]:
        """All of the buckets before this one; to put them in order would cost more than what is done with them."""
        found: dict[int, None] = {}
        while self._order and self._order[0] < number:
            found.update(dict.fromkeys(self._buckets.pop(heappop(self._order))))
        return found

    def _open(self, number: int) -> None:
        while self._order and self._order[0] <= number:
            opened = heappop(self._order)
            told = [(self._instant(key), key) for key in self._buckets.pop(opened)]
            self._soon += [(instant, key) for instant, key in told if instant is not None and instant >> SPAN <= opened]
            self._soon.sort()
        self._opened = number if self._opened is None else max(self._opened, number)
