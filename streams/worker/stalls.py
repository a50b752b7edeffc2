"""Liveness: a log that goes on above the state is read on, whatever became of what was on its way.

A later batch would show the gap; this is for logs where none comes.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from faust.types import TP

from streams.worker.readings import Place

STALL_S = 10.0  # a batch waits less for its turn, or is read twice in vain


class Stalls:
    """Remembers how long the state has stood still below the end of a log."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._since: dict[tuple[Place, int], float] = {}

    async def watch(self, behind: Mapping[Place, int], consumer: Any) -> None:
        """Told where the state is behind, and at which offset, have such logs read again that don't get on."""
        now = self._now()
        self._since = {stand: self._since.get(stand, now) for stand in behind.items()}
        for (place, offset), since in self._since.items():
            if now - since >= STALL_S:
                self._since[place, offset] = now
                await consumer.reread(TP(*place), offset)
