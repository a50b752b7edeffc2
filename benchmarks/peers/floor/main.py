"""No framework and no fault tolerance: what the client, the decoder and a dictionary cost."""

import time
from collections import defaultdict

from confluent_kafka import Consumer, Producer
from job import BROKER, CONVERSIONS, EXPOSURES, ID, OUTPUT, SESSION_MS, add, decode, encode, new_unit, take


def main():
    consumer, producer = Consumer(settings()), Producer({"bootstrap.servers": BROKER})
    consumer.subscribe([EXPOSURES, CONVERSIONS])
    units, counts, due = defaultdict(new_unit), defaultdict(dict), 0
    while True:
        for message in consumer.consume(1_000, timeout=0.1):
            event = decode(message.topic(), message.value())
            if event:
                for change in take(units[event.data.unit_id], event):
                    add(counts[change.experiment], change)
        if time.monotonic() > due:
            due = time.monotonic() + 1
            for experiment, cells in counts.items():
                producer.produce(OUTPUT, encode(cells), experiment)
            producer.poll(0)


def settings():
    return {
        "bootstrap.servers": BROKER,
        "group.id": ID,
        "auto.offset.reset": "earliest",
        "session.timeout.ms": SESSION_MS,
        "heartbeat.interval.ms": SESSION_MS // 4,
    }


if __name__ == "__main__":
    main()
