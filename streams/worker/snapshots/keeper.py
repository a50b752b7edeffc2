"""All snapshots of this worker: where a state goes on from after an assignment, and what is kept of it from then on."""

import asyncio
import logging
import time
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from streams.codecs import snapshots as codec
from streams.codecs.snapshots import Manifest
from streams.core.attribution import Attribution
from streams.core.definition import Catalogue
from streams.core.recovery import restore
from streams.settings import Settings
from streams.worker.readings import Readings
from streams.worker.snapshots import archive
from streams.worker.snapshots.album import Album

log = logging.getLogger(__name__)


class Find(NamedTuple):
    """What was found of a partition: keys in its log, and the state if one is there that leads further than ours."""

    keys: list[bytes]
    state: Attribution | None


class Keeper:
    """Finds and takes the snapshots of the partitions that this worker reads.

    Attributes:
        is_searching: whether a state is being restored.
    """

    def __init__(
        self, settings: Settings, catalogue: Catalogue, readings: Readings, rekeyed: Collection[str] = ()
    ) -> None:
        self.is_searching = False
        self._settings, self._catalogue, self._readings, self._rekeyed = settings, catalogue, readings, rekeyed
        self._identity = codec.identity(catalogue, settings.key)
        self._albums: dict[int, Album] = {}
        self._turn = asyncio.Lock()

    @property
    def covers(self) -> dict[int, int | None]:
        """By partition: the wall clock (ms) when last all that had been read was in a snapshot."""
        return {partition: album.covers for partition, album in self._albums.items()}

    async def find(self, partitions: Iterable[int]) -> dict[int, Find]:
        """The newest state of each partition, unless this worker's own memory is as new."""
        self.is_searching = True
        try:
            async with archive.reader(self._settings) as reader:
                return {p: await self._find(p, await archive.latest(reader, p)) for p in sorted(partitions)}
        finally:
            self.is_searching = False

    def begin(self, found: dict[int, Find]) -> None:
        """These are our partitions now: go on from what was found, and begin with a whole snapshot of each."""
        for album in self._albums.values():
            album.close()
        states = {partition: one.state for partition, one in found.items() if one.state is not None}
        self._readings.assign(found, states)
        for reading in self._readings.values():
            reading.attribution.drop()
        self._albums = {p: Album(self._readings[p], self._identity, one.keys) for p, one in found.items()}

    async def take(self, producer: Any) -> None:
        """A snapshot of every partition, one after the other."""
        async with self._turn:
            for album in self._albums.values():
                await album.take(producer)

    async def _find(self, partition: int, records: archive.Found) -> Find:
        return Find([*records], await asyncio.to_thread(self._restore, partition, records))

    def _restore(self, partition: int, records: archive.Found) -> Attribution | None:
        """In a thread of its own: whoever has many units must not be taken for dead meanwhile."""
        began, manifest = time.monotonic(), codec.newest(records, self._identity)
        if manifest is None or self._settings.restore_from == "source" or not self._leads_further(partition, manifest):
            return None
        state = restore(self._catalogue, partition, codec.chain(manifest, records), self._rekeyed)
        facts = {"partition": partition, "units": state.units, "offsets": manifest.offsets}
        log.info("restored", extra={**facts, "seconds": round(time.monotonic() - began, 3)})
        return state

    def _leads_further(self, partition: int, manifest: Manifest) -> bool:
        known = self._readings.get(partition)
        return known is None or sum(manifest.offsets.values()) > sum(known.offsets.values())
