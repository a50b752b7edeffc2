"""The topics of the comparison: the same two for all to read, and fresh ones to write to."""

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from streams.core.topology import CONVERSIONS, EXPOSURES, topics
from tests.services.processes import wait_for

PARTITIONS = 4
SOURCES = (EXPOSURES, CONVERSIONS)


def fill_sources(bootstrap, load):
    """Send the whole load, each key to its partition."""
    make(bootstrap, sources(load))
    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            "partitioner": "murmur2_random",
            "enable.idempotence": True,  # else a retry may swap batches, and the peers rely on the order of time
            "linger.ms": 20,
            "queue.buffering.max.messages": 200_000,
        }
    )
    for number, (topic, key, at, value) in enumerate(load):
        producer.produce(topic, value, key, timestamp=at)
        while not number % 1_000 and len(producer) > 150_000:
            producer.poll(0.1)
        producer.poll(0)
    assert producer.flush(60) == 0


def fresh_output(bootstrap, name):
    make(bootstrap, [NewTopic(name, 1, 1)])


def fresh_topics_of_peekproof(bootstrap):
    """All but the sources, without the past of an earlier run."""
    wanted, admin = (
        [topic for topic in ours() if topic.topic not in SOURCES],
        AdminClient({"bootstrap.servers": bootstrap}),
    )
    old = present(admin) & {topic.topic for topic in wanted}
    for deleted in admin.delete_topics(sorted(old)).values() if old else ():
        deleted.result()
    wait_for(lambda: not present(admin) & old, 20, "old topics to go")
    make(bootstrap, wanted)


def make(bootstrap, wanted):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    for made in admin.create_topics(wanted).values():
        made.result()
    wait_for(lambda: {topic.topic for topic in wanted} <= present(admin), 20, "the topics")


def present(admin):
    return set(admin.list_topics(timeout=10).topics)


def sources(load):
    settings = {topic.topic: topic.config for topic in ours()}
    return [
        NewTopic(topic, PARTITIONS, 1, config=settings[place])
        for topic, place in zip(load.topics, SOURCES, strict=True)
    ]


def ours():
    wanted = topics(PARTITIONS, PARTITIONS, record_time="create")
    return [NewTopic(topic.name, topic.partitions, 1, config=topic.settings) for topic in wanted]
