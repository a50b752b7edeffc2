"""Millions of events under thousands of crashes; every world and schedule can be run again by its numbers.

.venv/bin/python -m tests.simulator --events 10000000
.venv/bin/python -m tests.simulator --seed 17 --schedule 3
"""

import argparse
import gc
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.simulator.crowd import PER_WORLD
from tests.simulator.trial import A_A, most_stops, trial

SCHEDULES = 10  # of a world

console = Console()


def main():
    """1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=10_000_000, help="to be read under faults (10,000,000)")
    parser.add_argument("--seed", type=int, help="of the first world, or the only one (chosen by the clock)")
    parser.add_argument("--schedule", type=int, help="run this one alone")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    options = parser.parse_args()
    seed = int(time.time()) if options.seed is None else options.seed
    if options.schedule is not None:
        return report([trial(seed, [options.schedule])], 0)
    worlds = range(seed, seed - (-options.events // (PER_WORLD * SCHEDULES)))
    began = time.monotonic()
    return report(trials(worlds, options.processes), time.monotonic() - began)


def trials(worlds, processes):
    """Of all worlds, in whatever order they come."""
    columns = TextColumn("worlds from seed {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    pool = ProcessPoolExecutor(processes, get_context("spawn"), gc.disable)
    with pool, Progress(*columns, console=console) as progress:
        task = progress.add_task(str(worlds.start), total=len(worlds))
        found = []
        for done in as_completed([pool.submit(trial, seed, range(SCHEDULES)) for seed in worlds]):
            found.append(done.result())
            progress.advance(task)
    return found


def report(found, seconds):
    told, stops, most = (
        sum((one.told for one in found), Counter()),
        sum(one.stops for one in found),
        most_stops(len(found)),
    )
    wrong = [(one.seed, *complaint) for one in found for complaint in one.complaints]
    console.print(f"{told['events']:,} events, {told['crashes']:,} crashes, {told['runs']:,} runs in {seconds:.0f} s")
    console.print(
        ", ".join(f"{name} {count:,}" for name, count in sorted(told.items()) if name not in ("events", "runs"))
    )
    console.print(f"false stops: {stops} of {len(found) * len(A_A)} A/A experiments; chance allows {most}")
    console.print(f"wrong: {len(wrong)}")
    for seed, schedule, complaint in wrong[:20]:
        console.print(f"--seed {seed} --schedule {schedule}: {complaint[:2_000]}", markup=False)
    return int(bool(wrong) or stops > most)


if __name__ == "__main__":
    sys.exit(main())
