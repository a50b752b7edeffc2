"""The Faust application of ingest: a group of its own, which goes on from what it has committed."""

from collections.abc import Mapping
from typing import ClassVar

from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from streams.core.topology import INGEST_APPLICATION
from streams.settings import Settings
from streams.worker.app import App, configuration
from streams.worker.ingest.sources import Sources
from streams.worker.transport.consumer import Consumer
from streams.worker.transport.refusals import refuse_shortened

SKIP = (
    "what is gone is lost. To go on without it, stop ingest and move its group there: "
    f"kafka-consumer-groups --group {INGEST_APPLICATION} --reset-offsets --to-earliest --all-topics --execute"
)


class ForeignConsumer(Consumer):
    """Reads on from the committed offsets: they are all the state there is."""

    remedy: ClassVar[str] = SKIP

    async def _starts(self, ends: Mapping[TP, int]) -> dict[TP, int]:
        """Of a partition that nobody has read before, the beginning."""
        earliest = await self.earliest_offsets(*ends)
        committed = {tp: offset for tp in ends if (offset := self.published(tp))}
        refuse_shortened(committed, earliest, self.remedy)
        starts = {tp: committed.get(tp, earliest[tp]) for tp in ends}
        self.app.sources.assign(starts)
        return starts


class ForeignTransport(driver.Transport):
    """Faust's transport, with that consumer."""

    Consumer: ClassVar[type] = ForeignConsumer


class IngestApp(App):
    """Faust's app with what its agent works on."""

    sources: Sources

    def _new_transport(self) -> driver.Transport:
        return ForeignTransport(self.conf.broker_consumer, self)


def make_app(settings: Settings, sources: Sources) -> IngestApp:
    """The configured application, without its agent."""
    dynamic = {"consumer_group_instance_id": None}  # a static member that comes back is given its old topics
    app = IngestApp(INGEST_APPLICATION, **configuration(settings) | dynamic)
    app.settings, app.sources = settings, sources
    return app
