"""The load of the throughput benchmark: events of 330 bytes, two exposures to one conversion, in their topics."""

from collections import Counter

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from streams.core.times import format_instant
from streams.core.topology import CONVERSIONS, EXPOSURES, topics
from tests.services.processes import wait_for

PARTITIONS = 4
EXPERIMENTS = 10
START = 1_700_000_000_000  # ms; one event a millisecond from here
BYTES = 330
UNTIL = "2023-12-31T00:00:00Z"  # every unit has matured by then
GOOD = "good"
SPOILT = ("malformed", "unknown_type", "future")  # reasons for which a bad event is rejected

DEFINITION = """
apiVersion: peekproof/v1
kind: Experiment
metadata: {id: ID, owner: {name: benchmarks}}
hypothesis: The worker is fast enough for what a large shop sends.
assignment:
  variants: [{key: a, role: control, weight: 0.5}, {key: b, role: treatment, weight: 0.5}]
metrics: [{id: bought, role: primary, type: binary, event: order.completed, window: {length: 5m}}]
schedule: {start_at: 2023-11-14T00:00:00Z, min_runtime: 0s, min_units: 1000}
"""


def write_experiments(folder, count=EXPERIMENTS):
    for number in range(count):
        (folder / f"x{number}.yaml").write_text(DEFINITION.replace("ID", f"x{number}"))


def make_topics(bootstrap, partitions=PARTITIONS):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    wanted = topics(partitions, partitions, record_time="create")
    for made in admin.create_topics([NewTopic(t.name, t.partitions, 1, config=t.settings) for t in wanted]).values():
        made.result()
    names = {topic.name for topic in wanted}
    wait_for(lambda: names <= set(admin.list_topics(timeout=10).topics), 20, "the topics")


def produce(bootstrap, events, poison=False):
    """Send that many events, each unit to its partition; of poison every other one is bad. Returns them by reason."""
    settings = {"bootstrap.servers": bootstrap, "partitioner": "murmur2_random", "linger.ms": 20}
    producer, sent = Producer({**settings, "queue.buffering.max.messages": 200_000}), Counter()
    for number in range(events):
        topic, unit, value = event(number, START + number)
        wrong, value = spoilt(number, value) if poison and number % 2 else (GOOD, value)
        sent[wrong] += 1
        producer.produce(topic, value, unit, timestamp=START + number)
        if not number % 1_000:
            while len(producer) > 150_000:
                producer.poll(0.1)
            producer.poll(0)
    assert producer.flush(60) == 0
    return sent


def spoilt(number, value):
    """Why it will be rejected, and the event: cut off, of another type, or of tomorrow, in turn in both topics."""
    reason = SPOILT[number // 6 % len(SPOILT)]
    if reason == "malformed":
        return reason, value[:-1]
    if reason == "unknown_type":
        return reason, value.replace(b".v1", b".v7", 1)
    today, tomorrow = (format_instant(START + number + ahead).encode() for ahead in (0, 86_400_000))
    return reason, value.replace(today, tomorrow, 1)


def event(number, at, experiments=EXPERIMENTS):
    """Topic, unit and value: of three events in a row, two expose units, and one of these converts."""
    first = number % 3 == 2
    unit = f"user-{number - 2 if first else number:010}"
    topic, kind, data = (CONVERSIONS, *conversion(unit)) if first else (EXPOSURES, *exposure(unit, number, experiments))
    time = format_instant(at)
    envelope = (
        f'{{"specversion":"1.0","id":"01JD{number:012}","source":"/shop/web","type":"peekproof.{kind}.v1",'
        f'"subject":"user:{unit}","time":"{time}","datacontenttype":"application/json","data":{{{data}'
    )
    return topic, unit, f'{envelope}"pad":"{"." * (BYTES - len(envelope) - 10)}"}}}}'.encode()


def exposure(unit, number, experiments):
    variant = "ab"[number // (3 * experiments) % 2]  # each experiment gets as many converters in either arm
    return "exposure", f'"experiment_id":"x{number % experiments}","variant":"{variant}","unit_id":"{unit}",'


def conversion(unit):
    return "conversion", f'"event":"order.completed","unit_id":"{unit}","value":42.5,'
