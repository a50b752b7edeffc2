"""One worker of a fleet."""

import json
import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.worker.rig import WorkerProcess


@dataclass
class Member:
    """A worker process; `lease` ends it, `code` is how it ended."""

    process: WorkerProcess
    lease: ExitStack
    code: int | None = None

    def has_ended(self):
        if self.code is None:
            pid, status = os.waitpid(self.process.pid, os.WNOHANG)
            self.code = os.waitstatus_to_exitcode(status) if pid else None
        return self.code is not None

    def is_stopped(self):
        """By SIGSTOP."""
        status = Path(f"/proc/{self.process.pid}/stat").read_text()
        return status.rpartition(")")[2].split()[0] == "T"

    def signal(self, number):
        os.kill(self.process.pid, number)

    def ask(self, path):
        return self.process.ask(path)

    def listens(self):
        """Whether it is far enough to hear a request."""
        return self.ask("/api/pipeline") is not None

    def partitions(self):
        """Of the source: what it has read of each."""
        return (self.ask("/api/pipeline") or {}).get("partitions", {})

    def ahead(self):
        """Records it has read since its state was restored."""
        told = self.partitions().values()
        return sum(sum(place["offsets"].values()) - sum(place["restored"].values()) for place in told)

    def last_words(self, size=3_000):
        return self.process.log.read_text()[-size:]

    def last_word(self):
        """What it said in its last line, without where and why in the code."""
        *_, line = self.process.log.read_text().strip().split("\n")
        try:
            return json.loads(line)["event"]
        except (ValueError, KeyError):
            return line.partition(":")[0]
