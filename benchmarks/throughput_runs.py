"""A worker that knows nothing reads a filled log to its end; what that takes, and what it takes afterwards."""

import time
from contextlib import contextmanager

from benchmarks.surroundings import cpu_seconds, memory
from benchmarks.throughput_load import EXPERIMENTS, UNTIL, write_experiments
from streams.core.times import parse_instant
from tests.worker.rig import worker

SETTINGS = {"idle_clock": "wall", "full_round_s": 5, "restore_from": "source"}
REST_S = 60  # a snapshot may be taken half a minute after the last event
ASK_S = 1  # between two questions whether it rests: they cost it something


@contextmanager
def caught_up(bootstrap, folder, events, prelude=""):
    """The worker once it has read everything, and at what rates."""
    write_experiments(folder)
    with worker(bootstrap, folder, prelude=prelude, **SETTINGS) as process:
        start = first(process)
        process.wait_for(lambda: read(process) >= events, 600, "the end of the log")
        taken, cpu, wall = between(start, sample(process))
        rates = {"events per CPU second": taken / cpu, "events per wall second": taken / wall}
        yield process, rates | {"peak memory, MB": memory(process, "VmHWM")}


def rest(process, seconds):
    """What is left to do costs, and then what doing nothing costs.

    Clocks jump from the last record to now, so all units mature and evidence is told once more; and what was read
    since the last snapshot goes into another.
    """
    end, instant = sample(process), time.time() * 1000
    process.wait_for(lambda: rests(process, instant), REST_S, "the worker to come to rest")
    resting = sample(process)
    time.sleep(seconds)
    _, left, delay = between(end, resting)
    _, cpu, wall = between(resting, sample(process))
    return {"seconds until it rests": delay, "CPU seconds until then": left, "CPU when idle, %": 100 * cpu / wall}


def rests(process, instant):
    """Whether all it has read is told with every unit matured, and is in snapshots that were taken since (ms)."""
    time.sleep(ASK_S)
    partitions = (process.ask("/api/pipeline") or {"partitions": {}})["partitions"].values()
    told = [process.ask(f"/api/experiments/x{number}") for number in range(EXPERIMENTS)]
    is_told = all(one and one["clock"] and one["clock"] > UNTIL for one in told)
    return is_told and all(one["snapshot"] and parse_instant(one["snapshot"]) >= instant for one in partitions)


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


def between(before, after):
    return [later - earlier for earlier, later in zip(before, after, strict=True)]


def read(process):
    time.sleep(0.05)  # to ask costs the worker something
    return (process.ask("/api/pipeline") or {}).get("read", 0)
