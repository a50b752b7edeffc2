"""Events per CPU second and per wall second of one worker, from a filled log on a real Apache Kafka.

    .venv/bin/python -m benchmarks.throughput --events 1000000

The clock starts with the first events that are in the state, so what a process costs to start is left out.
"""

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from benchmarks.throughput_load import make_topics, produce, write_experiments
from benchmarks.throughput_stages import stages
from tests.services import kafka
from tests.worker.rig import worker

LIBRARIES = ("faust-streaming", "aiokafka", "msgspec", "numpy")
HOLLOW = """
from streams.worker.reading import Reading

def skip(self, kind, records):
    self.attribution.offsets[kind] += len(records)
    self.attribution.tallies[kind]["read"] += len(records)
    return []

Reading._apply = skip
"""
TICK = os.sysconf("SC_CLK_TCK")


def main():
    options = parsed()
    print(machine())
    with broker() as (bootstrap, folder):
        measure(bootstrap, folder, options)


@contextmanager
def broker():
    """The address of an Apache Kafka of one's own, and a folder; both go with the block."""
    with tempfile.TemporaryDirectory() as folder:
        started = kafka.start(Path(folder) / "kafka")
        try:
            yield started.bootstrap, Path(folder)
        finally:
            started.stop()


def parsed():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--idle", type=float, default=10, help="seconds to watch the worker do nothing")
    parser.add_argument("--poison", action="store_true", help="half of the events are malformed")
    return parser.parse_args()


def measure(bootstrap, folder, options):
    make_topics(bootstrap)
    produce(bootstrap, options.events, options.poison)
    runs = [run(bootstrap, fresh(folder, f"run{number}"), options) for number in range(options.runs)]
    for name in runs[0]:
        values = [one[name] for one in runs]
        print(f"{name:28} {statistics.median(values):12,.1f}   of {', '.join(f'{value:,.1f}' for value in values)}")
    hollow = run(bootstrap, fresh(folder, "hollow"), options, prelude=HOLLOW)
    print(f"without decode and core: {hollow['events per CPU second']:,.1f} events per CPU second")
    print("\nmicroseconds per event and stage, alone in a process")
    for name, cost in stages(bootstrap, min(options.events, 200_000)).items():
        print(f"{name:28} {cost:12.2f}")


def fresh(folder, name):
    (folder / name).mkdir()
    write_experiments(folder / name)
    return folder / name


def run(bootstrap, folder, options, prelude=""):
    """Let a worker that knows nothing read everything, then nothing."""
    settings = {"idle_clock": "wall", "full_round_s": 5, "restore_from": "source"}
    with worker(bootstrap, folder, prelude=prelude, **settings) as process:
        start = first(process)
        process.wait_for(lambda: read(process) >= options.events, 600, "the end of the log")
        end = sample(process)
        peak = memory(process, "VmHWM")
        events, cpu, wall = (after - before for before, after in zip(start, end, strict=True))
        time.sleep(2)  # what follows the last event is not idleness
        before = sample(process)
        time.sleep(options.idle)
        _, idle_cpu, idle_wall = (after - earlier for earlier, after in zip(before, sample(process), strict=True))
    rates = {"events per CPU second": events / cpu, "events per wall second": events / wall}
    return {**rates, "peak memory, MB": peak, "CPU when idle, %": 100 * idle_cpu / idle_wall}


def first(process):
    """What had been read, and what it had cost, at the first sight of events in the state."""
    seen = []

    def started():
        seen[:] = sample(process)
        return seen[0] > 0

    process.wait_for(started, 60, "the first events")
    return seen


def sample(process):
    """Events read, CPU seconds, wall seconds."""
    return read(process), cpu_seconds(process.pid), time.monotonic()


def read(process):
    time.sleep(0.05)  # to ask costs the worker something
    return (process.ask("/api/pipeline") or {}).get("read", 0)


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def memory(process, name):
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition(f"{name}:")[2].split()[0]) / 1024


def machine():
    cpu = next(
        (
            line.partition(": ")[2]
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model" in line and "name" in line
        ),
        "?",
    )
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return f"{cpu}, {os.cpu_count()} cores; Python {platform.python_version()}, {libraries}, Kafka {kafka.version()}\n"


if __name__ == "__main__":
    sys.exit(main())
