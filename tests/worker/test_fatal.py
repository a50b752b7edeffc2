"""A part that fails takes the process with it, and says why."""

import json
import subprocess
import sys

PROGRAM = """
import asyncio, threading
from streams.worker import fatal, logs, loops
logs.configure("INFO")
async def fail():
    raise RuntimeError("the reason")
async def main():
    loops.start("a part", loops.every(0, fail))
    await asyncio.Event().wait()
{run}
"""


def end_of(run):
    argv = [sys.executable, "-c", PROGRAM.format(run=run)]
    ended = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    return ended.returncode, json.loads(ended.stderr.splitlines()[-1])


def test_a_task_that_fails_ends_the_process():
    code, line = end_of("asyncio.run(main())")
    assert (code, line["level"], line["event"]) == (1, "critical", "a part has failed")
    assert "RuntimeError: the reason" in line["error"]


def test_it_ends_from_another_thread_too():
    code, line = end_of(
        "threading.Thread(target=fatal.die, args=('enough',), kwargs={'topic': 't'}).start(); threading.Event().wait()"
    )
    assert (code, line["event"], line["topic"]) == (1, "enough", "t")


def test_what_does_not_end_is_cut_off_as_done():
    code, line = end_of("fatal.leave_within(0.05); threading.Thread(target=threading.Event().wait).start()")
    assert (code, line["level"]) == (0, "warning")
    assert "cut off" in line["event"]
