"""The lease: how long this process may take its partitions for its own without a word from its group.

A process that was stopped, starved or cut off for longer than its session lasts has been replaced, and does not know.
So what only an owner may write waits until the group has answered again. If the answer is that the place is lost, the
process ends with that unwritten: whoever has the place now may have written already.
"""

import asyncio
import math
import time
from collections.abc import Callable

from streams.worker.fatal import die

PAUSE_S = 0.05  # between two looks whether the group has answered
CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def uptime() -> float:
    """Seconds, those included in which this process was stopped or the machine slept."""
    return time.clock_gettime(CLOCK)


class Lease:
    """Ours until a session after the last question that the group has answered."""

    def __init__(self, session_s: float, patience_s: float, now: Callable[[], float] = uptime) -> None:
        self._session_s, self._patience_s = session_s, patience_s
        self._until = -math.inf
        self._is_lost = False
        self.now = now

    def renew(self, asked: float) -> None:
        """The group has answered what it was asked then, and counts our session from no earlier."""
        self._until, self._is_lost = asked + self._session_s, False

    def lose(self) -> None:
        """The group knows us no more."""
        self._until, self._is_lost = -math.inf, True

    async def hold(self) -> None:
        """Return at once while it lasts; else wait for the group, which answers as soon as it can be reached."""
        deadline = self.now() + self._patience_s
        while self.now() >= self._until:
            if self._is_lost or self.now() >= deadline:
                die("this process may have been replaced: what it was about to write is not written")
            await asyncio.sleep(PAUSE_S)
