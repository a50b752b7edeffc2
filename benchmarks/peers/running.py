"""One system as a process: started, sampled, killed, started again."""

import os
import signal
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.surroundings import cpu_seconds
from tests.services.processes import alive, end, launch, wait_for


class DiedError(RuntimeError):
    """The system ended by itself; the message holds the last it said."""


class Sample(NamedTuple):
    """Instant, CPU seconds and peak memory (MB) of the process, and how far it has come.

    Attributes:
        progress: share of the work that is done, from 0 to 1.
        totals: counts by (experiment, variant).
    """

    wall: float
    cpu: float
    memory: float
    progress: float
    totals: dict


class Run:
    """A system over fresh topics of its own in a folder of its own; what it keeps survives `kill`."""

    pause = 0.1  # seconds between samples

    def __init__(self, system, bootstrap, folder, load):
        self.bootstrap, self.load, self.id, self.state = bootstrap, load, folder.name, folder / "state"
        self.state.mkdir(parents=True)
        self._log, self._argv = folder / "log", system.command()
        self._settings = self.settings(system)
        self.pid = None

    def start(self):
        settings = [f"{name}={value}" for name, value in self._settings.items()]
        self.pid = launch(["env", "-C", self.state, *settings, *self._argv], self._log, tied=True)

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        wait_for(lambda: not alive(self.pid), 10, "the killed system to be gone")

    def stop(self):
        end(self.pid)

    def sample(self):
        time.sleep(self.pause)
        try:
            return Sample(time.monotonic(), cpu_seconds(self.pid), peak_memory(self.pid), *self.seen())
        except (OSError, IndexError):
            if alive(self.pid):
                raise
            raise DiedError(self._log.read_text()[-3_000:]) from None


def peak_memory(pid):
    return int(Path(f"/proc/{pid}/status").read_text().partition("VmHWM:")[2].split()[0]) / 1_024
