"""One worker: Faust's app with its agents, the rounds, and what others may ask of it."""

import asyncio
import logging
from collections.abc import Collection
from contextlib import suppress
from functools import partial
from typing import Any

from faust.types import TP

from streams.core.definition import Catalogue
from streams.settings import Settings
from streams.worker import failpoints, loops
from streams.worker.agents import add_agents
from streams.worker.app import make_app
from streams.worker.clock import IdleClock, recency
from streams.worker.fatal import leave_within
from streams.worker.judging import Judging
from streams.worker.pipeline import pipeline
from streams.worker.reading import SOURCES
from streams.worker.readings import Readings
from streams.worker.rounds import Rounds
from streams.worker.rulings import Rulings
from streams.worker.snapshots.keeper import Keeper
from streams.worker.stalls import Stalls
from streams.worker.tables import make_table
from streams.worker.taking import Taking

log = logging.getLogger(__name__)

ASK_S = 0.5  # between two questions how long the logs are; apart from the rounds, as the answer waits behind a fetch
TELL_S = 1.0  # evidence of an experiment is published at most this often,
SELDOM_S = 5.0  # and of as many as are told of at a time at least this often,
SHARE = 0.02  # so that it takes no more than this share of the time: intervals are dear
RARELY = 6  # times as seldom as asked are snapshots taken at the worst,
KEEPING = 0.1  # so that they take no more than this share of the time: whoever catches up changes most units anyway
GOODBYE_S = 5.0  # for the last counts, and again for the rest; what has not ended by then is cut off


STAGES = {  # of a recovery, in their order
    "tables": "tables are being recovered",
    "snapshots": "snapshots are being read",
    "source": "state is being rebuilt from the source",
    "counts": "counts of every source partition are awaited",
}


class Worker:
    """Everything between the source topics and the decisions."""

    def __init__(self, settings: Settings, catalogue: Catalogue, rekeyed: Collection[str] = ()) -> None:
        self._settings = settings
        self._readings = Readings(catalogue, settings.key, rekeyed)
        self._clock = IdleClock(settings, self._readings)
        self._stalls = Stalls()
        self._snapshots = Keeper(settings, catalogue, self._readings, rekeyed)
        self._rulings = Rulings(settings)
        self._app = make_app(settings, self._readings)
        taking = Taking(self._readings, self._app)
        self._rounds = Rounds(settings, self._readings, taking.catch_up)
        table = make_table(self._app, settings.evaluation_partitions)
        self._judging = Judging(catalogue, table, settings.evaluation_partitions, partial(recency, settings))
        add_agents(self._app, taking, self._judging)
        self._app.on_rebalance_complete.connect(self._assigned)
        self._app.fences = (self._judging.close,)
        self.pipeline = self._pipeline()  # replaced every round, never changed: other threads read it

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop, then bring what has been read to its place."""
        start, told = loops.start("start", self._app.start()), asyncio.create_task(stop.wait())
        await asyncio.wait([start, told], return_when=asyncio.FIRST_COMPLETED)
        if start.done():
            await self._work(told)
        log.info("drained", extra=failpoints.reached())
        leave_within(GOODBYE_S)
        await self._app.stop()
        log.info("stopped")

    async def _work(self, told: asyncio.Task[bool]) -> None:
        log.info("working")
        rounds = loops.start("round", loops.every(self._settings.round_ms / 1000, self._round))
        clock = loops.start("clock", loops.every(ASK_S, self._tick))
        telling = loops.start("evidence", loops.seldom(TELL_S, SELDOM_S, SHARE, self._tell))
        often = self._settings.snapshot_every_s
        keeping = loops.start("snapshots", loops.seldom(often, RARELY * often, KEEPING, self._keep))
        await told
        leave_within(3 * GOODBYE_S)  # of us and of Kafka's client, somebody may wait for what never comes
        await loops.stop(rounds, clock, telling)
        for last in (self._drain, self._keep):
            with suppress(TimeoutError):
                await asyncio.wait_for(last(), GOODBYE_S)
        await loops.stop(keeping)

    def recovering(self) -> str | None:
        """Why this worker can't be asked yet, or None."""
        stage = self._stage()
        return stage and STAGES[stage]

    def _stage(self) -> str | None:
        if self._snapshots.is_searching:
            return "snapshots"
        if not self._app.tables.actives_ready:
            return "tables"
        if not all(reading.caught_up for reading in self._readings.values()):
            return "source"
        return None if all(case.is_open for case in self._judging.cases.values()) else "counts"

    def owns(self, experiment_id: str) -> bool:
        """Whether this worker judges the experiment."""
        return experiment_id in self._judging.cases

    def _pipeline(self) -> dict[str, Any]:
        return {
            **pipeline(self._readings, self._clock, self._snapshots.covers),
            "stale_counts": self._judging.stale,
            "event_to_verdict": self._judging.delays.told,
            "held": sum(case.is_held for case in self._judging.cases.values()),
            "rebalances": self._app.rebalancing_count,
            "recovering": self.recovering() is not None,
            "stage": self._stage(),
        }

    async def _round(self) -> None:
        await self._rounds.run(self._app)
        self.pipeline = self._pipeline()

    async def _tick(self) -> None:
        await self._clock.tick(self._app.consumer)
        await self._stalls.watch(self._clock.behind(), self._app.consumer)

    async def _tell(self) -> None:
        await self._judging.tell(self._app.producer)

    async def _drain(self) -> None:
        await self._rounds.run(self._app, last=True)
        await self._tell()

    async def _keep(self) -> None:
        await self._snapshots.take(self._app.producer)

    async def _assigned(self, *_: Any, **__: Any) -> None:
        """Faust has recovered the tables, and is about to read on; an error of ours it would only log."""
        await loops.guarded("taking partitions over", self._take_over())

    async def _take_over(self) -> None:
        """What is there now must be counted before anything is decided."""
        source = self._app.consumer.source()
        found = await self._snapshots.find(source)
        if source != self._app.consumer.source():
            return  # handed out anew meanwhile: we are called again
        self._snapshots.begin(found)
        places = [[TP(topic, p) for topic in SOURCES.values()] for p in range(self._settings.partitions)]
        ends = await self._app.consumer.highwaters(*(tp for pair in places for tp in pair))
        await self._rulings.read_on()
        self._judging.restart({p: tuple(ends[tp] for tp in pair) for p, pair in enumerate(places)}, self._rulings.last)
