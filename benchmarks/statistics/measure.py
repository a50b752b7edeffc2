"""Timings on one core, and where they were taken: a number without its machine says nothing."""

import os
import platform
import subprocess
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
REPEATS = 30
WARM_UP = 3


class Timing(NamedTuple):
    """Of one call, in seconds: the median, and the quartiles around it."""

    median: float
    low: float
    high: float

    def milliseconds(self) -> str:
        return f"{self.median * 1e3:.3g} ({self.low * 1e3:.3g} to {self.high * 1e3:.3g})"


def on_one_core() -> None:
    """Stay on the last core, where there is a choice: the first one serves most interrupts."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def measure(call: Callable[[], object], repeats: int = REPEATS) -> Timing:
    for _ in range(WARM_UP):
        call()
    low, _, high = quantiles(seconds := [_seconds(call) for _ in range(repeats)], n=4)
    return Timing(median(seconds), low, high)


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def surroundings(packages: Iterable[str] = ("numpy", "scipy")) -> str:
    """Date, machine, versions and commit, as one line of a list each."""
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return (
        f"- {datetime.now(tz=UTC):%Y-%m-%d}, commit {commit()}\n"
        f"- {processor()}, {os.cpu_count()} cores of which one is used, {platform.system()} {platform.machine()}; "
        f"load {os.getloadavg()[0]:.1f} before it began\n"
        f"- Python {platform.python_version()}, {versions}"
    )


def commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    names = (line.partition(": ")[2] for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """In Markdown."""
    lines = [tuple(header), *(tuple(row) for row in rows)]
    lines.insert(1, ("---",) * len(lines[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
