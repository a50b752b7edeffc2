"""Snapshots that one owner of a partition takes: a base, then deltas, until these outgrow it.

Chunks go first, then the manifest that names them. Only then may go what it replaces: what earlier owners left behind,
and our own last chain. Whatever becomes of us in between, some complete manifest is there.
"""

import secrets
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from zlib import crc32

from streams.codecs.snapshots import Link, Manifest, chunk_key, chunks, encode, manifest_key
from streams.core.snapshot import Cut
from streams.core.topology import SNAPSHOTS
from streams.worker import failpoints
from streams.worker.clock import wall_ms
from streams.worker.outbox import Letter, send
from streams.worker.reading import Reading

LINKS = 64  # of a chain: a manifest names them all, and a successor reads them all


class Shot(NamedTuple):
    """The state of one instant."""

    cut: Cut
    whole: bool
    offsets: dict[str, int]
    clock: int
    units: int


class Album:
    """What this owner has taken of its partition.

    Args:
        reading: the partition.
        identity: of what is counted; see the codec.
        obsolete: keys that earlier owners left behind.

    Attributes:
        covers: the wall clock (ms) when last all that had been read was in a snapshot; None: never yet.
    """

    def __init__(self, reading: Reading, identity: str, obsolete: Iterable[bytes]) -> None:
        self.covers: int | None = None
        self._reading, self._identity, self._obsolete = reading, identity, [*obsolete]
        self._epoch, self._number = secrets.token_hex(8), 0
        self._chain: list[Link] = []
        self._sizes: list[int] = []  # bytes of each link
        self._offsets: dict[str, int] = {}
        self._is_open = True

    def close(self) -> None:
        """The partition is handed out anew: what is being taken will not be told."""
        self._is_open = False

    async def take(self, producer: Any) -> None:
        """Bring the state as of now into the log, if it has moved."""
        async with self._reading.lock:
            if not self._is_open:
                return
            now, shot = wall_ms(), self._shoot()
        if shot is None or await self._keep(shot, producer):
            self.covers = now

    def _shoot(self) -> Shot | None:
        state = self._reading.attribution
        if state.offsets == self._offsets:
            return None
        whole = sum(self._sizes[1:]) >= sum(self._sizes[:1]) or len(self._chain) == LINKS
        return Shot(state.cut(whole=whole), whole, dict(state.offsets), state.clock, state.units)

    async def _keep(self, shot: Shot, producer: Any) -> bool:
        link, size = await self._send_chunks(shot.cut, producer)
        if not self._is_open:
            return False
        if shot.whole:
            self._obsolete += [key for old in self._chain for key in old.keys]
            self._chain, self._sizes = [], []
        self._chain.append(link)
        self._sizes.append(size)
        await self._send_manifest(shot, producer)
        self._offsets = shot.offsets
        await self._clear(producer)
        return True

    async def _send_chunks(self, cut: Cut, producer: Any) -> tuple[Link, int]:
        """All of them, packed one at a time while others get on; and how many bytes they are."""
        link, sizes = Link(f"{self._epoch}.{self._number}", []), list[int]()
        self._number += 1

        def letters() -> Iterator[Letter]:
            for number, chunk in enumerate(chunks(cut)):
                link.checksums.append(crc32(chunk))
                sizes.append(len(chunk))
                yield self._letter(chunk_key(link.id, number), chunk)
                failpoints.reach("mid_chunk")

        await send(producer, letters(), pause=True)
        return link, sum(sizes)

    async def _send_manifest(self, shot: Shot, producer: Any) -> None:
        manifest = Manifest(self._identity, self._chain, shot.offsets, shot.clock, shot.units)
        failpoints.reach("before_manifest")
        await send(producer, [self._letter(manifest_key(self._epoch), encode(manifest))])
        failpoints.reach("after_manifest")

    async def _clear(self, producer: Any) -> None:
        """What is there twice now may go."""
        gone, self._obsolete = self._obsolete, []
        await send(producer, [self._letter(key, None) for key in gone])
        if gone:
            failpoints.reach("after_tombstone")

    def _letter(self, key: bytes, value: bytes | None) -> Letter:
        return Letter(SNAPSHOTS, self._reading.attribution.partition, key, value)
