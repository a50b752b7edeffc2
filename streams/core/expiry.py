"""Experiments whose units can't change any more: these are forgotten, some at a time; what they added stays."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from math import isfinite

from streams.core.definition import Experiment

SLICE = 4_000  # units looked at in one go: the event loop must not stall over a million


class Expiry:
    """Which experiments have expired, and whom to look at for that.

    Attributes:
        expired: numbers of the experiments.
    """

    def __init__(self, experiments: Sequence[Experiment]) -> None:
        self.expired: set[int] = set()
        told = [(x.expires, number) for number, x in enumerate(experiments) if isfinite(x.expires)]
        self._awaited = sorted(told, reverse=True)
        self._left: Iterator[int] = iter(())

    def due(self, clock: int, keys: Iterable[int]) -> list[int]:
        """Some of these keys; after all have been told once, none until the next experiment expires."""
        if self._awaited and self._awaited[-1][0] <= clock:
            while self._awaited and self._awaited[-1][0] <= clock:
                self.expired.add(self._awaited.pop()[1])
            self._left = iter([*keys])
        return [*islice(self._left, SLICE)]
