"""From a record that is sent to the look that judges it, at a steady rate, on a real Apache Kafka.

    .venv/bin/python -m benchmarks.latency --rates 500 5000 50000 --experiments 100
    .venv/bin/python -m benchmarks.latency --rates 5000 --experiments 1000 --partitions 16
    .venv/bin/python -m benchmarks.latency --rates 50000 --hot     # 99 % of the events are of one experiment

An event was sent when the producer took it, and is judged when a look has ended at counts whose offsets lie above it.
Of more than 5,000 a second as many are watched, by chance: the producer shares the machine with whom it measures. The
first seconds are not watched: a broker that has just started takes its time.
"""

import argparse
import random
import statistics
import sys
import time
from bisect import bisect_right
from collections import defaultdict
from functools import partial
from math import inf
from multiprocessing import get_context

from confluent_kafka import Producer

from benchmarks.surroundings import broker, cpu_seconds, machine
from benchmarks.throughput_load import PARTITIONS, event, make_topics, write_experiments
from streams.core.times import format_instant
from streams.core.topology import CONVERSIONS, EXPOSURES
from tests.worker.rig import worker

WATCH = """
import os, time
from streams.worker.judging import Judging

judge, looks, seen = Judging._judge, open(os.environ["PEEKPROOF_DATA"] + ".looks", "w"), {}

def found(cases, now):
    for case in cases:
        for partition, part in case.state.parts.items() if case.is_open else ():
            if seen.get((case.x.id, partition)) != part.offsets:
                seen[case.x.id, partition] = part.offsets
                yield f"{case.x.id} {partition} {part.offsets[0]} {part.offsets[1]} {now}\\n"

async def watched(self, cases, producer):
    await judge(self, cases, producer)
    looks.writelines(found(cases, time.time()))
    looks.flush()

Judging._judge = watched
"""
WATCHED = 5_000  # events per second
WARM_S = 5  # before anything is watched
PREPARED = []  # in the process of the producer: experiment, topic, unit, value
NEVER = format_instant(0).encode()
HOT, RARE = "x0", 100
OTHERS = 3 * 10**8  # from here on, numbers of events that are not of the hot experiment
BURST_S = 0.01  # events of so long are sent at once: a steady rate, as steady as Python can


def main():
    options = parsed()
    print(machine())
    for rate in options.rates:
        with broker() as (bootstrap, folder):
            measure(rate, bootstrap, folder, options)


def parsed():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rates", type=int, nargs="+", default=[500, 5_000, 50_000], help="events per second")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--experiments", type=int, default=100)
    parser.add_argument("--partitions", type=int, default=PARTITIONS, help="of every topic")
    parser.add_argument(
        "--hot", action="store_true", help=f"all but one event of {RARE} are of {HOT}; tell of the others"
    )
    return parser.parse_args()


def measure(rate, bootstrap, folder, options):
    write_experiments(folder, options.experiments)
    make_topics(bootstrap, options.partitions)
    settings = {"partitions": options.partitions, "evaluation_partitions": options.partitions, "idle_clock": "wall"}
    with worker(bootstrap, folder, prelude=WATCH, **settings) as process:
        process.wait_for(lambda: (process.ask("/api/pipeline") or {}).get("recovering") is False, 60, "the worker")
        with get_context("spawn").Pool(1) as producer:
            producer.apply(prepare, (int(rate * (WARM_S + options.seconds)), options.experiments, options.hot))
            before, began = cpu_seconds(process.pid), time.monotonic()
            count, sent = producer.apply(produce, (bootstrap, rate))
            cpu = (cpu_seconds(process.pid) - before) / (time.monotonic() - began)
        process.wait_for(lambda: (process.ask("/api/pipeline") or {}).get("read", 0) >= count, 120, "the end")
        time.sleep(2)  # rounds tell what was read, and looks judge it
    told = [one for one in sent if not (options.hot and one[0] == HOT)]
    report(rate, count, latencies(told, looks(folder)), cpu)


def prepare(count, experiments, hot):
    """Make the events before they are sent: the producer has the same two cores as whom it measures."""
    make = flooded if hot else named
    PREPARED.extend(make(number, experiments) for number in range(count))


def flooded(number, experiments):
    """Of the hot experiment nearly always."""
    unit, phase = divmod(number, 3)
    return named(number, 1) if unit % RARE else named(OTHERS + 3 * (unit // RARE) + phase, experiments)


def named(number, experiments):
    """Experiment, topic, unit and value."""
    experiment = f"x{(number - 2 * (number % 3 == 2)) % experiments}"  # see event: the third converts the first
    return experiment, *event(number, 0, experiments)


def produce(bootstrap, rate):
    """How many events, and of the watched: experiment, topic, partition, offset, when sent."""
    settings = {"bootstrap.servers": bootstrap, "partitioner": "murmur2_random", "linger.ms": 5}
    producer = Producer({**settings, "queue.buffering.max.messages": 1_000_000})
    chance, sent, done, began = random.Random(7), [], 0, time.time()
    while done < len(PREPARED):
        due, at = min(int((time.time() - began) * rate), len(PREPARED)), time.time()
        stamp = format_instant(int(at * 1000)).encode()
        for name, topic, unit, value in PREPARED[done:due]:
            is_watched = done >= WARM_S * rate and chance.random() * rate < WATCHED
            watch = {"on_delivery": partial(note, sent, name, at)} if is_watched else {}
            producer.produce(topic, value.replace(NEVER, stamp, 1), unit, **watch)
        done = due
        producer.poll(BURST_S)
    assert producer.flush(60) == 0
    return done, sent


def note(sent, experiment, at, error, record):
    assert error is None
    sent.append((experiment, record.topic(), record.partition(), record.offset(), at))


def looks(folder):
    """By experiment and log: offsets below which all was judged, and since when."""
    found = defaultdict(list)
    (noted,) = folder.glob("*.looks")
    for line in noted.read_text().splitlines():
        experiment, partition, exposures, conversions, at = line.split()
        found[experiment, EXPOSURES, int(partition)].append((int(exposures), float(at)))
        found[experiment, CONVERSIONS, int(partition)].append((int(conversions), float(at)))
    return {place: sorted(one) for place, one in found.items()}


def latencies(sent, judged):
    """Seconds, sorted."""
    return sorted(
        next_look(judged[experiment, topic, partition], offset) - at
        for experiment, topic, partition, offset, at in sent
    )


def next_look(found, offset):
    """When a look first saw the record at an offset."""
    return found[bisect_right(found, (offset, inf))][1]


def report(rate, count, seconds, cpu):
    p50, p99 = (1000 * seconds[int(len(seconds) * share)] for share in (0.5, 0.99))
    mean = 1000 * statistics.fmean(seconds)
    print(
        f"{rate:7,} events/s: p50 {p50:6.0f} ms, mean {mean:6.0f}, p99 {p99:6.0f}, most {1000 * seconds[-1]:6.0f}; "
        f"{count:,} events, worker {100 * cpu:.1f} % of a core",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
