"""Nothing outlives the demo."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from streams.lab.processes import spawn, stop_all

CHILD = "import os, signal; print(os.getpid(), flush=True); signal.pause()"
PARENT = f"""
import signal
from streams.lab.processes import spawn
spawn(exec, {CHILD!r})
signal.pause()
"""
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"


@pytest.fixture
def parent():
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as running:
        yield running
        running.kill()


def wait_for_both(parent):
    parent.communicate(timeout=60)  # the end of the output comes when the last of them is gone


def test_a_child_has_a_session_of_its_own():
    child = spawn(time.sleep, 60)
    assert os.getsid(child.pid) == child.pid != os.getsid(0)
    stop_all([child])
    assert child.returncode == -signal.SIGTERM


def test_a_child_calls_the_function_and_ends_with_it():
    child = spawn(print, "hello", output=subprocess.PIPE)
    assert child.stdout.read() == b"hello\n"
    assert child.wait(60) == 0
    stop_all([child])


def test_a_child_that_ignores_the_request_is_killed():
    child = spawn(exec, DEAF, output=subprocess.PIPE)
    assert child.stdout.readline() == b"deaf\n"
    stop_all([child], patience=0.1)
    assert child.returncode == -signal.SIGKILL


def test_a_child_ends_when_its_parent_is_killed(parent):
    parent.stdout.readline()
    parent.kill()
    wait_for_both(parent)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills the children of a dead parent")
def test_even_a_child_that_cannot_run_ends_when_its_parent_is_killed(parent):
    child = int(parent.stdout.readline())
    os.kill(child, signal.SIGSTOP)
    parent.kill()
    try:
        wait_for_both(parent)
    finally:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGCONT)


def test_where_the_system_does_not_kill_it_the_closed_pipe_ends_it():
    child = spawn(time.sleep, 60)
    child.stdin.close()
    assert child.wait(60) == 1
