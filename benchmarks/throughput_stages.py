"""What each stage costs alone: the worker's own code in this process, from the same log."""

import asyncio
import time

from aiokafka import AIOKafkaConsumer, TopicPartition

from benchmarks.throughput_load import DEFINITION, EXPERIMENTS, PARTITIONS
from streams.codecs import definitions
from streams.codecs.cloudevents import Decoder
from streams.core.attribution import Attribution
from streams.core.definition import Catalogue
from streams.core.events import KINDS, Record
from streams.worker.reading import PIECE, SOURCES


def stages(bootstrap, events):
    """Microseconds per event by stage."""
    watch, logs = Watch(), asyncio.run(fetch(bootstrap, events))
    fetched = watch.lap()
    count = sum(len(records) for records in logs.values())
    decoder = Decoder()
    attributions = [Attribution(catalogue(), partition) for partition in range(PARTITIONS)]
    watch.lap()
    for (kind, partition), records in logs.items():
        judge = decoder.judge(attributions[partition], kind)
        for start in range(0, len(records), PIECE):
            attributions[partition].take(kind, records[start : start + PIECE], judge)
    applied = watch.lap()
    for attribution in attributions:
        attribution.advance(2**42)
        attribution.counts()
    settled = watch.lap()
    costs = {"fetch and parse (stock)": fetched, "decode and apply": applied, "settle": settled}
    return {name: cost / count * 1e6 for name, cost in costs.items()}


async def fetch(bootstrap, events):
    """Records by kind and partition, read the stock way, without Faust."""
    places = {TopicPartition(SOURCES[kind], p): (kind, p) for kind in KINDS for p in range(PARTITIONS)}
    logs = {place: [] for place in places.values()}
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        consumer.assign(list(places))
        while sum(map(len, logs.values())) < events * 0.9:
            for place, records in (await consumer.getmany(timeout_ms=500)).items():
                logs[places[place]] += [Record(r.offset, r.timestamp, r.value, r.headers) for r in records]
    return logs


def catalogue():
    names = [f"x{number}" for number in range(EXPERIMENTS)]
    return Catalogue({name: definitions.parse(DEFINITION.replace("ID", name).encode()) for name in names})


class Watch:
    """CPU seconds between laps."""

    def __init__(self):
        self._last = time.process_time()

    def lap(self):
        last, self._last = self._last, time.process_time()
        return self._last - last
