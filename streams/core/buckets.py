"""Integers by their rough order: a place in a list for each, and to put it there costs next to nothing."""

from bisect import bisect_left
from heapq import heappop, heappush


class Buckets:
    """Numbered lists; those of the smallest numbers are taken first."""

    def __init__(self) -> None:
        self._lists: dict[int, list[int]] = {}
        self._order: list[int] = []  # heap of the numbers

    def put(self, number: int, thing: int) -> None:
        """Into the list of that number."""
        try:
            self._lists[number].append(thing)
        except KeyError:
            self._lists[number] = [thing]
            heappush(self._order, number)

    def before(self, number: int) -> list[int]:
        """Take out whatever lies before that number."""
        found: list[int] = []
        while self._order and self._order[0] < number:
            found += self._lists.pop(heappop(self._order))
        return found

    def some_before(self, number: int, most: int) -> list[int]:
        """Take out so much of what lies before that number; all, if it is not more."""
        found: list[int] = []
        while self._order and self._order[0] < number and len(found) < most:
            things, room = self._lists[self._order[0]], most - len(found)
            found += things[-room:]
            del things[-room:]
            if not things:
                del self._lists[heappop(self._order)]
        return found

    def below(self, edge: int, number: int) -> list[int]:
        """Take out of the list of that number what is smaller than `edge`."""
        bucket = self._lists.get(number)
        if not bucket:
            return []
        bucket.sort()
        end = bisect_left(bucket, edge)
        found = bucket[:end]
        del bucket[:end]
        return found

    def first(self) -> int | None:
        """The smallest number."""
        return self._order[0] if self._order else None

    def at(self, number: int) -> list[int]:
        """What lies there."""
        return self._lists.get(number, [])
