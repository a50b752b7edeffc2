"""Memory of a worker that runs for long at a steady rate, with users who come back, on a real Apache Kafka.

    .venv/bin/python -m benchmarks.soak --minutes 30 --rate 2000

Once every user is known, only what is forgotten too late could make it grow.
"""

import argparse
import statistics
import sys
import time
from multiprocessing import get_context

from confluent_kafka import Producer

from benchmarks.surroundings import broker, cpu_seconds, machine, memory
from benchmarks.throughput_load import event, make_topics, write_experiments
from tests.worker.rig import worker

EVERY_S = 10


def main():
    options = parsed()
    print(machine())
    with broker() as (bootstrap, folder):
        soak(bootstrap, folder, options)


def parsed():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=int, default=2_000, help="events per second")
    parser.add_argument("--users", type=int, default=100_000)
    return parser.parse_args()


def soak(bootstrap, folder, options):
    write_experiments(folder)
    make_topics(bootstrap)
    with worker(bootstrap, folder, idle_clock="wall") as process:
        process.wait_for(lambda: process.ask("/api/pipeline"), 60, "the worker")
        users = get_context("spawn").Process(target=visit, args=(bootstrap, options), daemon=True)
        users.start()
        began, cpu = time.monotonic(), cpu_seconds(process.pid)
        samples = [*watched(process, began, 60 * options.minutes)]
        cpu = (cpu_seconds(process.pid) - cpu) / (time.monotonic() - began)
        users.terminate()
    report(samples, cpu)


def watched(process, began, seconds):
    """Minutes since the start, resident MB, events read; a line a minute."""
    while (passed := time.monotonic() - began) < seconds:
        time.sleep(EVERY_S)
        sample = passed / 60, memory(process, "VmRSS"), (process.ask("/api/pipeline") or {}).get("read", 0)
        print("{:5.1f} min {:7.1f} MB {:12,} events".format(*sample), file=sys.stderr, flush=True)
        yield sample


def visit(bootstrap, options):
    """Events of users in turn, until the process is ended."""
    producer = Producer({"bootstrap.servers": bootstrap, "partitioner": "murmur2_random", "linger.ms": 5})
    done, began = 0, time.time()
    while True:
        for number in range(done, due := int((time.time() - began) * options.rate)):
            topic, unit, value = event(number % options.users, int(time.time() * 1000))
            producer.produce(topic, value, unit)
        done = due
        producer.poll(0.01)


def report(samples, cpu):
    """The second half must be flat."""
    minutes, megabytes, events = zip(*samples[len(samples) // 2 :], strict=True)
    slope = statistics.linear_regression(minutes, megabytes).slope
    print(
        f"{minutes[-1]:.0f} minutes, {events[-1]:,} events: {megabytes[-1]:.0f} MB, at most {max(megabytes):.0f}; "
        f"in the second half {60 * slope:+.1f} MB an hour; {100 * cpu:.0f} % of a core"
    )


if __name__ == "__main__":
    sys.exit(main())
