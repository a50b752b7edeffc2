"""Events per CPU second and per wall second of one worker, from a filled log on a real Apache Kafka.

    .venv/bin/python -m benchmarks.throughput --events 1000000
    .venv/bin/python -m benchmarks.throughput --events 200000 --poison

The clock starts with the first events that are in the state, so what a process costs to start is left out.
"""

import argparse
import statistics
import sys

from benchmarks import throughput_poison
from benchmarks.surroundings import broker, machine
from benchmarks.throughput_load import make_topics, produce
from benchmarks.throughput_runs import caught_up, rest
from benchmarks.throughput_stages import stages

HOLLOW = """
from streams.worker.reading import Reading

def skip(self, kind, records):
    self.attribution.offsets[kind] += len(records)
    self.attribution.tallies[kind]["read"] += len(records)
    return []

Reading._apply = skip
"""


def main():
    options = parsed()
    print(machine())
    if options.poison:
        return throughput_poison.measure(options.events, options.runs)
    with broker() as (bootstrap, folder):
        return measure(bootstrap, folder, options)


def parsed():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--idle", type=float, default=10, help="seconds to watch the worker do nothing")
    help_ = "clean logs and logs of which every other event is bad in turn: is all counted or refused, and how fast?"
    parser.add_argument("--poison", action="store_true", help=help_)
    return parser.parse_args()


def measure(bootstrap, folder, options):
    make_topics(bootstrap)
    produce(bootstrap, options.events)
    runs = [run(bootstrap, fresh(folder, f"run{number}"), options) for number in range(options.runs)]
    for name in runs[0]:
        values = [one[name] for one in runs]
        print(f"{name:28} {statistics.median(values):12,.1f}   of {', '.join(f'{value:,.1f}' for value in values)}")
    with caught_up(bootstrap, fresh(folder, "hollow"), options.events, prelude=HOLLOW) as (_, hollow):
        print(f"without decode and core: {hollow['events per CPU second']:,.1f} events per CPU second")
    print("\nmicroseconds per event and stage, alone in a process")
    for name, cost in stages(bootstrap, min(options.events, 200_000)).items():
        print(f"{name:28} {cost:12.2f}")


def fresh(folder, name):
    (folder / name).mkdir()
    return folder / name


def run(bootstrap, folder, options):
    """Let a worker that knows nothing read everything, then nothing."""
    with caught_up(bootstrap, folder, options.events) as (process, rates):
        return rates | rest(process, options.idle)


if __name__ == "__main__":
    sys.exit(main())
