"""The round: what the state says goes out as counts."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Any

from faust.types import TP

from streams.codecs import counts as counts_codec
from streams.core.attribution import Counts
from streams.core.topology import COUNTS, home_of
from streams.settings import Settings
from streams.worker import failpoints
from streams.worker.delays import Headers, headers
from streams.worker.outbox import Letter, send
from streams.worker.readings import Readings

SLICE = 250  # counts in one record: neither may it outgrow the broker's limit, nor packing it stall the event loop
FETCH_S = 0.25  # for which a round waits for what there is to read: what comes later waits for the next one

Waiting = dict[int, list[Counts]]  # for their record to be full, by the partition they go to


class Rounds:
    """Tells the counts of every partition of this worker.

    Args:
        settings: of the worker.
        readings: its partitions.
        catch_up: returns when all that the next fetch brings has been taken, or after so many seconds.
    """

    def __init__(self, settings: Settings, readings: Readings, catch_up: Callable[[float], Awaitable[None]]) -> None:
        self._settings = settings
        self._readings = readings
        self._catch_up = catch_up
        self._next_full = 0.0

    async def run(self, app: Any, *, last: bool = False) -> None:
        """One round, of what is there to be read; from time to time, and at the end, everything is told."""
        if not last:
            app.consumer.hurry()
            await self._catch_up(FETCH_S)
        full = last or time.monotonic() >= self._next_full
        await self._tell(app.producer, full)
        app.consumer.hurry()  # a fetch after each round brings its counts, so the pace may be slow
        failpoints.reach("after_counts")
        if full:
            self._next_full = time.monotonic() + self._settings.full_round_s
            failpoints.reach("before_commit")
            await app.consumer.publish({TP(*place): offset for place, offset in self._readings.published().items()})

    async def _tell(self, producer: Any, full: bool) -> None:
        """What all partitions say of an experiment goes into one record if it can: then it is one look.

        Whoever is no longer the owner when it leaves tells nothing newer than the next.
        """
        waiting: Waiting = defaultdict(list)
        since = headers(self._oldest())
        for reading in [*self._readings.values()]:
            if reading.is_live or self._settings.idle_clock == "record":
                told = reading.attribution.counts(everything=full)
                await send(producer, _one_by_one(self._filled(told, waiting, since)))
                await asyncio.sleep(0)  # others have waited for a partition
        await send(producer, _one_by_one(_letter(home, counts, since) for home, counts in waiting.items()))

    def _oldest(self) -> int | None:
        """Record time of the oldest event that is told of for the first time; of historic ones it says nothing."""
        fresh, self._readings.fresh = self._readings.fresh, {}
        return min(fresh.values(), default=None) if self._settings.idle_clock == "wall" else None

    def _filled(self, told: Iterable[Counts], waiting: Waiting, since: Headers) -> Iterator[Letter]:
        """Records that are full."""
        for counts in told:
            home = home_of(counts.experiment, self._settings.evaluation_partitions)
            waiting[home].append(counts)
            if len(waiting[home]) == SLICE:
                yield _letter(home, waiting.pop(home), since)


def _letter(home: int, counts: Sequence[Counts], since: Headers) -> Letter:
    return Letter(COUNTS, home, None, counts_codec.encode(counts), since)


def _one_by_one(letters: Iterable[Letter]) -> Iterator[Letter]:
    for letter in letters:
        yield letter
        failpoints.reach("mid_counts")
