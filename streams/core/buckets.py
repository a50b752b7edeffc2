"""Integers by their rough order: a place in a list for each, and to put it there costs next to nothing."""

from bisect import bisect_left
from collections.abc import Sequence
from heapq import heappop, heappush
from itertools import chain

import numpy as np
from numpy.typing import NDArray


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
            self.put_all(number, [thing])

    def put_all(self, number: int, things: Sequence[int]) -> None:
        """Many into the list of that number."""
        if number not in self._lists:
            self._lists[number] = []
            heappush(self._order, number)
        self._lists[number] += things

    def before(self, number: int) -> list[list[int]]:
        """Take out the lists before that number."""
        found: list[list[int]] = []
        while self._order and self._order[0] < number:
            found.append(self._lists.pop(heappop(self._order)))
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

    def below(self, edge: int, number: int) -> NDArray[np.int64]:
        """Take out what lies before that number, and what is smaller than `edge` of what lies there."""
        lists = self.before(number)
        if there := self._lists.get(number):
            there.sort()
            end = bisect_left(there, edge)
            lists.append(there[:end])
            del there[:end]
        return np.fromiter(chain.from_iterable(lists), np.int64, sum(map(len, lists)))

    def first(self) -> int | None:
        """The smallest number."""
        return self._order[0] if self._order else None

    def at(self, number: int) -> list[int]:
        """What lies there."""
        return self._lists.get(number, [])
