"""What every benchmark of a running worker needs: an Apache Kafka of its own, what a process costs, and where."""

import os
import platform
import tempfile
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from tests.services import kafka

LIBRARIES = ("faust-streaming", "aiokafka", "msgspec", "numpy")
TICK = os.sysconf("SC_CLK_TCK")


@contextmanager
def broker():
    """The address of an Apache Kafka of one's own, and a folder; both go with the block."""
    with tempfile.TemporaryDirectory() as folder:
        started = kafka.start(Path(folder) / "kafka")
        try:
            yield started.bootstrap, Path(folder)
        finally:
            started.stop()


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
