"""One worker of a fleet."""

import os
from contextlib import ExitStack
from dataclasses import dataclass

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

    def signal(self, number):
        os.kill(self.process.pid, number)

    def ask(self, path):
        return self.process.ask(path)

    def partitions(self):
        """Of the source: what it has read of each."""
        return (self.ask("/api/pipeline") or {}).get("partitions", {})

    def ahead(self):
        """Records it has read since its state was restored."""
        told = self.partitions().values()
        return sum(sum(place["offsets"].values()) - sum(place["restored"].values()) for place in told)

    def last_words(self, size=3_000):
        return self.process.log.read_text()[-size:]
