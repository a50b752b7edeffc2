"""What the state of an hour costs, without a broker: the load of the comparison with peers, read as it happened.

.venv/bin/python -m benchmarks.units --events 1000000
"""

import argparse
import gc
import resource
import time
from collections import Counter
from hashlib import sha256
from itertools import count, islice
from pathlib import Path

from benchmarks.peers.load import Load
from benchmarks.throughput_load import DEFINITION, EXPERIMENTS, PARTITIONS
from streams.codecs import definitions
from streams.codecs.cloudevents import Decoder
from streams.core.attribution import Attribution
from streams.core.definition import Catalogue
from streams.core.events import KINDS, Record
from streams.core.topology import CONVERSIONS

ROUND = 12_000  # events, of all partitions
CUTS = 25  # rounds between two snapshots: five seconds of a worker that catches up


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--snapshots", action="store_true", help="take them, too; what has changed is noted until then")
    options = parser.parse_args()
    gc.set_threshold(50_000, 50, 100)  # as in the worker
    rounds = [*log(options.events)]
    cores = [Attribution(catalogue(), partition) for partition in range(PARTITIONS)]
    gc.freeze()  # what is loaded, or was left by the log, is not of the units
    costs, empty = Counter(), resident()
    for number, read in enumerate(rounds):
        take(cores, read, costs)
        if options.snapshots and number % CUTS == 0:
            snapshot(cores, costs, whole=number == 0)
    units = sum(core.units for core in cores)
    print(f"{units:,} units, {(resident() - empty) / units:.0f} bytes each")
    for name, seconds in costs.items():
        print(f"{name:10} {1e6 * seconds / options.events:6.2f} us per event")
    print(f"cells: {sha256(repr([core.counts(everything=True) for core in cores]).encode()).hexdigest()[:16]}")


def log(events):
    """By round: records of each source."""
    load, offsets = iter(Load(events)), [{kind: count() for kind in KINDS} for _ in range(PARTITIONS)]
    while read := [*islice(load, ROUND)]:
        records = [{kind: [] for kind in KINDS} for _ in range(PARTITIONS)]
        for topic, unit, at, value in read:
            partition, kind = sum(unit.encode()) % PARTITIONS, KINDS[topic == CONVERSIONS]
            records[partition][kind].append(Record(next(offsets[partition][kind]), at, value))
        yield records


def take(cores, read, costs):
    """Read a round, and tell the counts."""
    decoder = Decoder()
    for core, records in zip(cores, read, strict=True):
        for kind in KINDS:
            began = time.process_time()
            core.apply(kind, decoder.arrivals(records[kind]))
            costs["take"] += time.process_time() - began  # decode and apply
        began = time.process_time()
        core.counts()
        costs["settle"] += time.process_time() - began


def snapshot(cores, costs, *, whole):
    began = time.process_time()
    for core in cores:
        for _ in core.cut(whole=whole).pieces:
            pass
    costs["snapshots"] += time.process_time() - began


def resident():
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def catalogue():
    names = [f"x{number}" for number in range(EXPERIMENTS)]
    return Catalogue({name: definitions.parse(DEFINITION.replace("ID", name).encode()) for name in names})


if __name__ == "__main__":
    main()
