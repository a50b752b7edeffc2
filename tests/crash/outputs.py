"""What workers have written: counts, decisions, tables, rejected records."""

import json
import logging
from contextlib import contextmanager

import msgspec
from confluent_kafka import Consumer, KafkaError, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from streams.codecs import counts as counts_codec
from streams.codecs import state as state_codec
from streams.core.topology import (
    CONVERSIONS,
    COUNTS,
    DECISIONS,
    EVALUATION_CHANGELOG,
    EXPOSURES,
    REJECTED,
    topics,
)
from tests.crash.oracle import Version
from tests.services.processes import wait_for
from tests.worker.rig import PARTITIONS, present

INPUT = {EXPOSURES, CONVERSIONS, REJECTED}  # what is rejected is told once, not at every rebuild
SILENT = logging.getLogger("silent")  # a broker that is away is no news
SILENT.setLevel(logging.CRITICAL)


class Told:
    """The newest counts of every experiment and source partition.

    Args:
        bootstrap: of the broker.
        from_start: not only those that are sent from now on.

    Attributes:
        newest: (version, cells) by experiment and source partition.
    """

    def __init__(self, bootstrap, *, from_start=False):
        self.newest = {}
        self._consumer = _consumer(bootstrap)
        places = [TopicPartition(COUNTS, partition, 0) for partition in range(PARTITIONS)]
        for place in [] if from_start else places:
            place.offset = self._consumer.get_watermark_offsets(place, timeout=30)[1]
        self._consumer.assign(places)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._consumer.close()

    def is_at(self, truth):
        """Whether all has been told at the last version."""
        self._read()
        return all(self.newest.get(key, [None])[0] == truth.versions[key[1]] for key in truth.cells)

    def _read(self):
        while records := [one for one in self._consumer.consume(500, timeout=0.2) if one.error() is None]:
            for record in records:
                self._take(counts_codec.decode(record.value()))

    def _take(self, counts):
        for one in counts:
            version = Version(tuple(one.offsets), one.clock)
            known = self.newest.get((one.experiment, one.partition))
            if known is None or version >= known[0]:
                self.newest[one.experiment, one.partition] = version, one.cells


def decisions(bootstrap):
    """(id, bytes), in the order of the logs."""
    return [(json.loads(record.value())["id"], record.value()) for record in everything(bootstrap, DECISIONS)]


def rejected(bootstrap):
    """(topic, partition, offset) of each."""
    told = (json.loads(record.value()) for record in everything(bootstrap, REJECTED))
    return [(one["topic"], one["partition"], one["offset"]) for one in told]


def table(bootstrap):
    """(experiment, state), in the order of the changelogs."""
    unpack = msgspec.msgpack.Decoder(tuple[bytes, list[bytes]]).decode
    for record in everything(bootstrap, EVALUATION_CHANGELOG):
        if record.value() is not None:
            yield record.key().decode(), state_codec.decode(unpack(record.value())[0])


def everything(bootstrap, topic):
    """Every record of a topic; of each partition in order."""
    ended = set()
    with asking(bootstrap) as consumer:
        consumer.assign([TopicPartition(topic, partition, 0) for partition in range(PARTITIONS)])
        while len(ended) < PARTITIONS:
            for record in consumer.consume(1_000, timeout=0.1):
                if record.error() is None:
                    yield record
                elif record.error().code() == KafkaError._PARTITION_EOF:
                    ended.add(record.partition())


def wipe(bootstrap, keep=INPUT):
    """Leave these topics as they are; all others are empty afterwards."""
    admin = AdminClient({"bootstrap.servers": bootstrap}, logger=SILENT)
    ours = [topic for topic in topics(PARTITIONS, PARTITIONS, record_time="create") if topic.name not in keep]
    names = {topic.name for topic in ours}
    if old := sorted(names & present(admin)):
        for deleted in admin.delete_topics(old).values():
            deleted.result()
    wait_for(lambda: not names & present(admin), 60, "old topics to go")
    for made in admin.create_topics([NewTopic(t.name, t.partitions, 1, config=t.settings) for t in ours]).values():
        made.result()
    wait_for(lambda: names <= present(admin), 60, "new topics to come")


@contextmanager
def asking(bootstrap):
    """A consumer to ask things of."""
    consumer = _consumer(bootstrap)
    try:
        yield consumer
    finally:
        consumer.close()


def _consumer(bootstrap):
    settings = {"group.id": "tests", "enable.auto.commit": False, "enable.partition.eof": True, "fetch.wait.max.ms": 10}
    return Consumer({"bootstrap.servers": bootstrap, **settings}, logger=SILENT)
