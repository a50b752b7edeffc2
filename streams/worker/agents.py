"""Faust agents: batches of raw records in, nothing yielded. What is yielded, Faust sends where the message says."""

from itertools import chain
from typing import Any

from streams.codecs import counts as counts_codec
from streams.core.topology import CONVERSIONS, COUNTS, EXPOSURES
from streams.worker.app import App
from streams.worker.delays import oldest
from streams.worker.judging import Judging
from streams.worker.taking import Taking
from streams.worker.transport.batch import AHEAD


def add_agents(app: App, taking: Taking, judging: Judging) -> None:
    """Register both agents with the app."""

    @app.agent(batched(app, EXPOSURES, CONVERSIONS), name="attribution")
    async def attribution(stream: Any) -> None:
        async for batch in stream:
            await taking.take(batch)

    @app.agent(batched(app, COUNTS), name="evaluation")
    async def evaluation(stream: Any) -> None:
        async for batch in stream:
            records, more = [*batch.records], batch.more or not stream.channel.empty()
            counts = chain.from_iterable(counts_codec.decode(record.value) for record in records)
            await judging.take(counts, app.producer, since=oldest(records), more=more)


def batched(app: App, *names: str) -> Any:
    """Topics with a bounded queue (app.topic takes `maxsize` and drops it); their positions are ours: see transport."""
    topic = app.topic(*names, acks=False)
    topic.maxsize = AHEAD
    return topic
