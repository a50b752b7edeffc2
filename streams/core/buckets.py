"""Integers by their rough order: a place among others for each, and to put it there costs next to nothing."""

from array import array
from collections.abc import Sequence
from heapq import heappop, heappush

import numpy as np

from streams.core.pile import Words

NONE = np.zeros(0, np.int64)


class Buckets:
    """Numbered arrays; those of the smallest numbers are taken first."""

    def __init__(self) -> None:
        self._arrays: dict[int, array[int]] = {}
        self._order: list[int] = []  # heap of the numbers

    def put(self, number: int, thing: int) -> None:
        """Into the array of that number."""
        try:
            self._arrays[number].append(thing)
        except KeyError:
            self._new(number).append(thing)

    def put_all(self, number: int, things: Words) -> None:
        """Many into the array of that number."""
        known = self._arrays.get(number)
        (self._new(number) if known is None else known).frombytes(things.tobytes())

    def before(self, number: int) -> "list[array[int]]":
        """Take out the arrays before that number."""
        found: list[array[int]] = []
        while self._order and self._order[0] < number:
            found.append(self._arrays.pop(heappop(self._order)))
        return found

    def some_before(self, number: int, most: int) -> list[int]:
        """Take out so much of what lies before that number; all, if it is not more."""
        found: list[int] = []
        while self._order and self._order[0] < number and len(found) < most:
            things, room = self._arrays[self._order[0]], most - len(found)
            found += things[-room:]
            del things[-room:]
            if not things:
                del self._arrays[heappop(self._order)]
        return found

    def below(self, edge: int, number: int) -> Words:
        """Take out what lies before that number, and what is smaller than `edge` of what lies there."""
        found = [np.frombuffer(things, np.int64) for things in self.before(number)]
        if there := self._arrays.get(number):
            words = np.array(there, np.int64)
            found.append(words[words < edge])
            self._arrays[number] = array("Q", words[words >= edge].tobytes())
        return np.concatenate(found) if found else NONE

    def first(self) -> int | None:
        """The smallest number."""
        return self._order[0] if self._order else None

    def at(self, number: int) -> Sequence[int]:
        """What lies there."""
        return self._arrays.get(number, ())

    def _new(self, number: int) -> "array[int]":
        heappush(self._order, number)
        return self._arrays.setdefault(number, array("Q"))
