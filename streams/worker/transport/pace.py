"""Fetches that begin at a pace: whatever has come since the last one comes at once, and waits for nothing else.

A fetch is answered as soon as there is a record. To ask again right then would cost the CPU of a fetch for every few
events; to let the broker wait for many bytes would let a quiet log wait too, as one fetch asks for all of them, and so
the counts of a round, of which there are never many bytes. A pause before the next fetch bounds what fetching costs,
and nothing waits for longer than this pause.
"""

import asyncio
import time
from typing import Any


class Pace:
    """The least time (s) from the beginning of a fetch to that of the next one, for each broker."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._last: dict[int, float] = {}

    def set(self, fetcher: Any) -> None:
        """Let a fetcher keep this pace."""
        fetch = fetcher._proc_fetch_request  # noqa: SLF001

        async def fetch_in_time(assignment: Any, node: int, request: Any) -> bool:
            try:
                await asyncio.sleep(self._last.get(node, 0) + self._seconds - time.monotonic())
            except asyncio.CancelledError:
                return False  # as stock does: the routine that has asked would end of it, without a word
            self._last[node] = time.monotonic()
            return bool(await fetch(assignment, node, request))

        fetcher._proc_fetch_request = fetch_in_time  # noqa: SLF001
