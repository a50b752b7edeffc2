"""Fetches that begin at a pace: whatever has come since the last one comes at once, and waits for nothing else.

A fetch is answered as soon as there is a record. To ask again right then would cost the CPU of a fetch for every few
events; to let the broker wait for many bytes would let a quiet log wait too, as one fetch asks for all of them, and so
the counts of a round, of which there are never many bytes. A pause before the next fetch bounds what fetching costs,
and nothing waits for longer than this pause. A round needs what there is now, and so does who judges what it told: they
need not wait. Where a log is known to go on, nobody waits for long.
"""

import asyncio
import time
from contextlib import suppress
from typing import Any

from faust.types import TP

FASTER = 6  # times, where a log goes on; at once, and records would have left the cache before they are read


class Pace:
    """The least time (s) from the beginning of a fetch to that of the next one, for each broker."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._began: dict[int, float] = {}
        self._news = asyncio.Event()

    def hurry(self) -> None:
        """The next fetch of every broker begins at once."""
        self._began.clear()
        self._news.set()  # wakes those who wait, and nobody who comes later
        self._news.clear()

    def set(self, fetcher: Any) -> None:
        """Let a fetcher keep this pace."""
        fetch = fetcher._proc_fetch_request  # noqa: SLF001

        async def fetch_in_time(assignment: Any, node: int, request: Any) -> bool:
            try:
                await self._pause(node, self._seconds / (FASTER if _goes_on(assignment, request) else 1))
            except asyncio.CancelledError:
                return False  # as stock does: the routine that has asked would end of it, without a word
            self._began[node] = time.monotonic()
            return bool(await fetch(assignment, node, request))

        fetcher._proc_fetch_request = fetch_in_time  # noqa: SLF001

    async def _pause(self, node: int, seconds: float) -> None:
        """Until so long after the last fetch of a broker, or until there is news."""
        left = self._began.get(node, 0) + seconds - time.monotonic()
        if left > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._news.wait()


def _goes_on(assignment: Any, request: Any) -> bool:
    """Whether some log had more to give than the last fetch could bring."""
    asked = ((TP(topic, place), offset) for topic, places in request.topics for place, offset, _ in places)
    return any(offset < (assignment.state_value(tp).highwater or 0) for tp, offset in asked)
