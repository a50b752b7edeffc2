"""How a worker joins its group: it knows every topic that is to be handed out, and tells nothing meanwhile."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from aiokafka.errors import RebalanceInProgressError

from streams.worker.fatal import die

PATIENCE_S = 120.0  # for which a broker may know less than all topics
AGAIN_S = 0.1


class Joining:
    """Two questions of aiokafka's coordinator, asked at the right time."""

    def __init__(self) -> None:
        self._deadline: float | None = None
        self._is_under_way = False

    def guard(self, group: Any) -> None:
        """Take the place of its two methods."""
        self._client = group._client  # noqa: SLF001
        group._do_rejoin_group = partial(self._join, group._do_rejoin_group)  # noqa: SLF001
        group._do_commit_offsets = partial(self._commit, group._do_commit_offsets)  # noqa: SLF001

    async def _join(self, join: Callable[..., Awaitable[bool]], subscription: Any) -> bool:
        """Who leads hands out what it knows of, and a broker that has just come back may not tell of all topics yet."""
        if missing := self._missing(subscription.topics):
            await self._look_again(missing)
            return False
        self._deadline, self._is_under_way = None, True
        try:
            return await join(subscription)
        finally:
            self._is_under_way = False

    async def _commit(self, commit: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        """No commit while we join: it is answered after that, as one of a generation that is over.

        aiokafka takes such an answer for its exclusion, gives its new place up and joins again: all others have to as
        well, and if the next commit comes as early, the group never comes to rest.
        """
        if self._is_under_way:
            raise RebalanceInProgressError
        await commit(*arguments)

    def _missing(self, topics: frozenset[str]) -> list[str]:
        return sorted(topic for topic in topics if not self._client.cluster.partitions_for_topic(topic))

    async def _look_again(self, missing: list[str]) -> None:
        now = time.monotonic()
        self._deadline = self._deadline or now + PATIENCE_S
        if now > self._deadline:
            die(f"the broker does not know {', '.join(missing)}; run `peekproof topics plan`")
        await self._client.force_metadata_update()
        await asyncio.sleep(AGAIN_S)
