"""What became of the events that were sent: what the worker says, what it has written, and what must be."""

import json
from collections import Counter
from contextlib import contextmanager
from typing import NamedTuple

from confluent_kafka import Consumer, TopicPartition

from benchmarks.throughput_load import EXPERIMENTS, GOOD, PARTITIONS
from streams.core.topology import REJECTED
from tests.services.processes import alive


class Books(NamedTuple):
    """What became of the events that were sent."""

    consumed: int
    accepted: int
    counted: int  # as units and converters, by the experiments
    rejected: Counter[str]  # by reason, as the worker says
    published: Counter[str]  # by reason, in the topic
    unexplained: int = 0
    repeated: int = 0  # told twice in the topic
    restarts: int = 0


def expected(sent):
    """The books if nothing is lost and nothing comes twice."""
    good, bad = sent[GOOD], sent - Counter({GOOD: sent[GOOD]})
    return Books(consumed=sent.total(), accepted=good, counted=good, rejected=bad, published=bad)


def books(process, bootstrap):
    """What the worker says, and what it has written."""
    pipeline, (published, repeated) = process.ask("/api/pipeline"), told(bootstrap)
    logs = [log for partition in pipeline["partitions"].values() for log in partition["sources"].values()]
    return Books(
        consumed=sum(log["consumed"] for log in logs),
        accepted=sum(log["accepted"] for log in logs),
        counted=judged(process),
        rejected=Counter(pipeline["rejected"]),
        published=published,
        unexplained=sum(abs(log["unexplained"]) for log in logs),
        repeated=repeated,
        restarts=restarts(process),
    )


def judged(process):
    """Good events that the experiments tell of: each exposure is a unit of its own, each conversion a converter."""
    found = [process.counts(f"x{number}") for number in range(EXPERIMENTS)]
    return sum(Counter(one)[name] for one in found if one for name in one if name != "multi_variant")


def restarts(process):
    """How often it began again, in the process that was started; one that has ended counts too."""
    return process.log.read_text().count('"event": "working"') - alive(process.pid)


def told(bootstrap):
    """Records of rejected events by reason, and how many of them tell of a place once more."""
    reasons, places = Counter(), set()
    for record in written(bootstrap, REJECTED):
        reasons[json.loads(record.value())["reason"]] += 1
        places.add(record.key())
    return reasons, reasons.total() - len(places)


def written(bootstrap, topic):
    """Every record of a topic, none of them kept."""
    with consumer(bootstrap) as reader:
        for partition in range(PARTITIONS):
            _, end = reader.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
            reader.assign([TopicPartition(topic, partition, 0)])
            for _ in range(end):
                yield reader.poll(30)


@contextmanager
def consumer(bootstrap):
    made = Consumer({"bootstrap.servers": bootstrap, "group.id": "benchmarks", "enable.auto.commit": False})
    try:
        yield made
    finally:
        made.close()
