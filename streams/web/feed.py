"""Fan-out of server-sent events to the pages that are open.

Each message is encoded once. A page that cannot keep up is let go rather than waited for: it reconnects and reads the
whole state again, which is cheaper than a backlog.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

BACKLOG = 1000  # messages a page may lag behind
HEARTBEAT = 15.0  # seconds; proxies cut connections that stay silent for longer

_END = b""
_STILL_HERE = b": still here\n\n"

encode = msgspec.json.Encoder().encode


class Feed:
    """Publishes to every open subscription; an event loop's object, not a thread's."""

    def __init__(self, backlog: int = BACKLOG, heartbeat: float = HEARTBEAT) -> None:
        self._backlog = backlog
        self._heartbeat = heartbeat
        self._queues: set[asyncio.Queue[bytes]] = set()

    @property
    def watchers(self) -> int:
        return len(self._queues)

    def publish(self, event: str, data: Any) -> None:
        if not self._queues:
            return
        message = b"event: %s\ndata: %s\n\n" % (event.encode(), encode(data))
        for queue in [*self._queues]:
            if queue.full():
                self._let_go(queue)
            else:
                queue.put_nowait(message)

    def close(self) -> None:
        for queue in [*self._queues]:
            self._let_go(queue)

    @contextmanager
    def subscribe(self) -> Iterator[AsyncIterator[bytes]]:
        """Messages from now on, a comment when nothing comes; they end with the feed or a reader too slow."""
        queue: asyncio.Queue[bytes] = asyncio.Queue(self._backlog)
        self._queues.add(queue)
        try:
            yield self._messages(queue)
        finally:
            self._queues.discard(queue)

    async def _messages(self, queue: asyncio.Queue[bytes]) -> AsyncIterator[bytes]:
        while message := await self._next(queue):
            yield message

    async def _next(self, queue: asyncio.Queue[bytes]) -> bytes:
        try:
            return await asyncio.wait_for(queue.get(), self._heartbeat)
        except TimeoutError:
            return _STILL_HERE

    def _let_go(self, queue: asyncio.Queue[bytes]) -> None:
        self._queues.discard(queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(_END)
