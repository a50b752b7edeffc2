"""More than a worker can take: it falls behind in bounded memory, stops nothing on old counts, and then recovers."""

import json
import time
from contextlib import suppress
from pathlib import Path

import pytest

from streams.core.times import format_instant
from streams.core.topology import DECISIONS
from tests.worker.rig import DEFINITION, exposure, fresh_topics, produce, read_all, worker

RATE = 1_000  # events per second that the slowed worker can take
MAX_LAG_S = 8
BACKLOG = 2 * RATE * MAX_LAG_S
SLOWLY = f"""
import asyncio
from streams.worker.taking import Taking
take = Taking.take

async def slowly(self, batch):
    await asyncio.sleep((batch.parcel.end - batch.start) / {RATE})
    await take(self, batch)

Taking.take = slowly
"""
WAIT = 120  # seconds
MIB = 1 << 20


@pytest.fixture
def fresh_kafka(kafka):
    fresh_topics(kafka, record_time="append")
    return kafka


def write_experiment(folder):
    """Runs from now on, and takes what an overloaded machine delivers late."""
    now = format_instant(int(time.time() * 1000) - 60_000)
    text = DEFINITION.replace("ID", "one").replace("2023-11-14T00:00:00Z", now).replace("lateness: 1s", "lateness: 1h")
    (folder / "one.yaml").write_text(text)


def memory(pid):
    """Resident bytes of a process."""
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) * 1024


class Flood:
    """Units that come as fast as it takes to keep a worker behind."""

    def __init__(self, bootstrap, process):
        self._bootstrap, self._process, self.units = bootstrap, process, 0

    def pour(self, units):
        at, first = int(time.time() * 1000), self.units
        produce(self._bootstrap, [exposure("one", f"u{n}", "ab"[n % 2], at) for n in range(first, first + units)])
        self.units += units

    def keep_behind(self):
        """Whether the worker knows that it is; pours on as long as it catches up."""
        pipeline = self._process.ask("/api/pipeline") or {"partitions": {}, "lagging": []}
        backlog = sum(place["lag"] for place in pipeline["partitions"].values())
        if pipeline["partitions"] and backlog < BACKLOG:
            self.pour(2 * RATE)
        return bool(pipeline["lagging"])


def says_held(process):
    """On the page, to Prometheus, and to whoever asks whether it is ready."""
    with suppress(OSError):
        ready = process.read("/readyz")
        return verdict(process) == "held" and process.says('verdict="held"} 1.0') and "verdicts are held" in ready
    return False


def verdict(process):
    return (process.ask("/api/experiments/one") or {}).get("verdict")


def entered(process):
    found = process.ask("/api/experiments/one")
    return found and sum(arm["units"] for arm in found["metrics"]["bought"].values())


def balanced(process):
    pipeline = process.ask("/api/pipeline") or {"partitions": {}}
    logs = [log for place in pipeline["partitions"].values() for log in place["sources"].values()]
    return logs and not any(log["unexplained"] for log in logs)


def test_an_overloaded_worker_holds_its_verdicts_and_lets_them_go_when_the_load_ends(fresh_kafka, tmp_path):
    write_experiment(tmp_path)
    with worker(fresh_kafka, tmp_path, prelude=SLOWLY, idle_clock="wall", max_lag_s=MAX_LAG_S) as process:
        flood = Flood(fresh_kafka, process)
        flood.pour(20)
        process.wait_for(lambda: verdict(process) == "continue", WAIT, "a verdict")
        before = memory(process.pid)
        process.wait_for(lambda: flood.keep_behind() and says_held(process), WAIT, "held verdicts")
        assert memory(process.pid) - before < 64 * MIB
        process.wait_for(lambda: verdict(process) == "continue" and entered(process) == flood.units, WAIT, "recovery")
        process.wait_for(lambda: balanced(process), WAIT, "an account of every record")
        assert process.stop() == 0
    said = [json.loads(record.value())["data"]["verdict"] for record in read_all(fresh_kafka, DECISIONS)]
    assert (said[-1], set(said) - {"warming_up"}) == ("continue", {"continue", "held"})
