"""Events per CPU second of one ingest process, from a filled foreign topic on a real Apache Kafka.

    .venv/bin/python -m benchmarks.ingest --events 600000

The clock starts with the first commit that is seen, so what a process costs to start is left out.
"""

import argparse
import json
import statistics
import sys
import time

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from benchmarks.surroundings import broker, cpu_seconds, machine, memory
from benchmarks.throughput_load import PARTITIONS, START, event, make_topics
from streams.core.topology import CONVERSIONS, INGEST_APPLICATION
from tests.services.processes import wait_for
from tests.worker.rig import worker

FOREIGN = 6
SETTINGS = {"message.timestamp.type": "CreateTime", "retention.ms": "-1"}


def main():
    options = parsed()
    print(machine())
    with broker() as (bootstrap, folder):
        make_topics(bootstrap)
        for format_, speak in FORMATS.items():
            values = (speak(*event(number, START + number)) for number in range(options.events))
            produce(bootstrap, format_, values)
            show(format_, [run(bootstrap, folder, format_, number) for number in range(options.runs)])


def parsed():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=600_000)
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args()


def produce(bootstrap, topic, values):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(topic, FOREIGN, 1, config=SETTINGS)])[topic].result()
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 20, "queue.buffering.max.messages": 200_000})
    for number, value in enumerate(values):
        producer.produce(topic, value, partition=number % FOREIGN, timestamp=START + number)
        while len(producer) > 150_000:
            producer.poll(0.1)
    assert producer.flush(60) == 0


def as_segment(topic, unit, value):
    """The call of Segment that says the same, as long."""
    told = json.loads(value)
    data, call = (
        told["data"],
        {"type": "track", "messageId": told["id"], "timestamp": told["time"], "userId": unit},
    )
    if topic == CONVERSIONS:
        return json.dumps(
            {**call, "event": data["event"], "properties": {"revenue": data["value"], "pad": data["pad"]}}
        )
    names = {"experimentId": data["experiment_id"], "variationId": data["variant"], "pad": data["pad"]}
    return json.dumps({**call, "event": "Experiment Viewed", "properties": names})


FORMATS = {"cloudevents": lambda _topic, _unit, value: value, "segment": as_segment}


def run(bootstrap, folder, format_, number):
    """One process from an uncommitted group to the end of the topic."""
    file = folder / "ingest.routes"
    file.write_text(f"ingest: [{{topic: {format_}, format: {format_}}}]")
    AdminClient({"bootstrap.servers": bootstrap}).delete_consumer_groups([INGEST_APPLICATION]) if number else None
    settings = {"ingest": file, "unit_key": "pepper", "partitions": PARTITIONS}
    with worker(bootstrap, folder, f"{format_}{number}", run="run_ingest", **settings) as process:
        log = Log(bootstrap, format_)
        wait_for(lambda: log.committed() > 0, 60, "the first commit")
        first, cpu, wall = log.committed(), cpu_seconds(process.pid), time.monotonic()
        wait_for(lambda: log.committed() == log.end, 600, "the end")
        cpu, wall = cpu_seconds(process.pid) - cpu, time.monotonic() - wall
        return {
            "events per CPU second": (log.end - first) / cpu,
            "events per wall second": (log.end - first) / wall,
            "peak memory, MB": memory(process, "VmHWM"),
        }


class Log:
    """The foreign topic, and how far the group of ingest has committed it."""

    def __init__(self, bootstrap, topic):
        self._places = [TopicPartition(topic, partition) for partition in range(FOREIGN)]
        self._consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": INGEST_APPLICATION})
        self.end = sum(self._consumer.get_watermark_offsets(one, timeout=30)[1] for one in self._places)

    def committed(self):
        return sum(max(0, one.offset) for one in self._consumer.committed(self._places, timeout=30))


def show(format_, runs):
    for name in runs[0]:
        values = [one[name] for one in runs]
        listed = ", ".join(f"{value:,.0f}" for value in values)
        print(f"{format_:12} {name:24} {statistics.median(values):12,.0f}   of {listed}")


if __name__ == "__main__":
    sys.exit(main())
