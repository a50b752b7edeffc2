"""What the source logs say, by a recount that shares nothing with what counts: cells, versions, and what is shown."""

from collections import Counter
from typing import NamedTuple

import yaml
from confluent_kafka import Consumer, TopicPartition

from streams.audit.cells import flat
from streams.audit.counting.definitions import MILLION, experiment
from streams.audit.counting.log import Log
from streams.audit.counting.recount import recount
from streams.audit.kafka import Broker
from streams.codecs.definitions import load
from streams.core.topology import CONVERSIONS, EXPOSURES
from tests.oracle.oracle import EXCLUDED, arm
from tests.worker.rig import PARTITIONS

SOURCES = (EXPOSURES, CONVERSIONS)


class Version(NamedTuple):
    """Next offsets of both logs, and the clock (ms)."""

    offsets: tuple[int, int]
    clock: int


class Truth(NamedTuple):
    """All that must come out.

    Attributes:
        versions: by source partition.
        cells: by experiment and source partition.
        shown: numbers of each experiment that people see.
        outcomes: records by what became of them.
        refused: (topic, partition, offset) of each rejected record.
    """

    versions: dict[int, Version]
    cells: dict[tuple[str, int], list[int]]
    shown: dict[str, dict]
    outcomes: Counter[str]
    refused: set[tuple[str, int, int]]


def ask(bootstrap, folder):
    """Read the source logs to their ends and count."""
    known = {file.stem: experiment(yaml.safe_load(file.read_text())) for file in sorted(folder.glob("*.yaml"))}
    catalogue, totals = load(folder), {id_: Counter() for id_ in known}
    truth = Truth({}, {}, {}, Counter(), set())
    for partition in range(PARTITIONS):
        ends = {topic: _end(bootstrap, topic, partition) for topic in SOURCES}
        log, clock = _read(bootstrap, partition, ends, known, truth)
        truth.versions[partition] = Version(tuple(ends.values()), clock)
        for id_, x in known.items():
            counts = recount(x, log.below(id_, ends), 0, clock)
            truth.cells[id_, partition] = flat(catalogue.experiments[id_], counts)
            totals[id_].update(counts)
    truth.shown.update({id_: _shown(known[id_], counts) for id_, counts in totals.items()})
    return truth


def _end(bootstrap, topic, partition):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "tests"})
    _, end = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=30)
    consumer.close()
    return end


def _read(bootstrap, partition, ends, known, truth):
    """The events of a partition, and the instant up to which both of its logs have been read."""
    log, read_to = Log(known), dict.fromkeys(SOURCES, 0)
    parts = Broker(bootstrap, lambda *_: None).parts({str(partition): ends})
    for record in (record for part in parts for _, record in part.records):
        outcome = log.take(record)
        truth.outcomes[outcome] += 1
        if outcome in ("accepted", "late"):
            read_to[record.topic] = max(read_to[record.topic], record.event.recorded)
        else:
            truth.refused.add((record.topic, partition, record.offset))
    return log, min(read_to.values())


def _shown(x, counts):
    """The numbers of the experiment object."""
    found = {name: counts[f"excluded/{name}"] for name in EXCLUDED}
    found |= {name: counts[name] for name in ("duplicate", "repeat_exposure")}
    for metric in x.metrics:
        for variant in x.variants:
            found |= numbers(f"{metric.id} {variant}", arm(metric, counts, variant))
    return found


def numbers(name, told):
    """Of one variant in one metric, as integers."""
    whole = {f"{name} {what}": told[what] for what in ("units", "matured", "conversions")}
    return whole | {f"{name} sum": round(told["sum"] * MILLION)}
