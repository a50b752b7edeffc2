"""One ingest process: Faust's app with its agent, and what it tells every second."""

import asyncio
import logging
from contextlib import suppress
from typing import Any

from streams.codecs.rekeying import Rekeyer
from streams.codecs.routes import Routes
from streams.settings import Settings
from streams.worker import loops
from streams.worker.agents import batched
from streams.worker.fatal import leave_within
from streams.worker.ingest.app import make_app
from streams.worker.ingest.marks import Marks
from streams.worker.ingest.outlet import Outlet
from streams.worker.ingest.sources import Sources
from streams.worker.ingest.writing import Writing

log = logging.getLogger(__name__)

TELL_S = 1.0  # between two watermarks
GOODBYE_S = 5.0  # for the last watermark, and again for the rest


class Ingest:
    """Everything between foreign topics and the canonical ones; made on the event loop it works on."""

    def __init__(self, settings: Settings, routes: Routes) -> None:
        sources = Sources()
        self._outlet = Outlet(settings)
        self._marks = Marks(settings, routes, sources, self._outlet)
        self._app = make_app(settings, sources)
        self._writing = Writing(settings, sources, Rekeyer(routes, settings.key, settings.partitions), self._outlet)
        self._app.on_rebalance_complete.connect(lambda *_, **__: sources.clear(), weak=False)
        add_agent(self._app, self._writing, routes)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop, then commit what has been written."""
        await self._outlet.start()
        start, told = loops.start("start", self._app.start()), asyncio.create_task(stop.wait())
        await asyncio.wait([start, told], return_when=asyncio.FIRST_COMPLETED)
        log.info("working")
        telling = loops.start("watermarks", loops.every(TELL_S, self._tell))
        await told
        await loops.stop(telling)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._tell(), GOODBYE_S)
        leave_within(GOODBYE_S)
        await self._app.stop()
        await self._outlet.stop()
        log.info("stopped", extra=dict(self._writing.tally))

    async def _tell(self) -> None:
        await self._marks.tell(self._app.consumer)


def add_agent(app: Any, writing: Writing, routes: Routes) -> None:
    """Register the agent that reads all foreign topics."""

    @app.agent(batched(app, *routes.topics), name="ingest")
    async def ingest(stream: Any) -> None:
        async for batch in stream:
            await writing.take(batch, app.consumer)
