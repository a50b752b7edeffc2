"""Faust agents: raw bytes in, nothing yielded. What an agent yields, Faust sends where the record's headers say."""

from typing import Any

from streams.codecs import counts as counts_codec
from streams.core.events import Record
from streams.core.topology import CONVERSIONS, COUNTS, EXPOSURES
from streams.worker.app import App
from streams.worker.judging import Judging


def add_agents(app: App, judging: Judging) -> None:
    """Register both agents with the app."""
    source = app.topic(EXPOSURES, CONVERSIONS, acks=False)  # positions are ours: see transport.Consumer
    counts = app.topic(COUNTS, acks=False)

    @app.agent(source, name="attribution")
    async def attribution(stream: Any) -> None:
        async for event in stream.events():
            message = event.message
            app.readings.collect(message.topic, message.partition, to_record(message))

    @app.agent(counts, name="evaluation")
    async def evaluation(stream: Any) -> None:
        async for event in stream.events():
            await judging.take(counts_codec.decode(event.message.value), app.producer)


def to_record(message: Any) -> Record:
    """Faust's message, without the parts nobody reads; Faust keeps times in seconds."""
    headers = [(name, value or b"") for name, value in message.headers or ()]
    return Record(message.offset, round(message.timestamp * 1000), message.value, headers)
