"""Processes of services start apart and leave nothing behind."""

import os
import shutil
import socket
import subprocess
import sys

import pytest

from tests.services.processes import alive, end, free_ports, launch, run, wait_for

DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"
PARENT = """
import signal, sys
from pathlib import Path
from tests.services.processes import launch
print(launch(["sh", "-c", "echo tied; exec sleep 60"], Path(sys.argv[1]), tied=True), flush=True)
signal.pause()
"""


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log"


@pytest.fixture
def parent(log):
    with subprocess.Popen([sys.executable, "-c", PARENT, log], stdout=subprocess.PIPE) as running:
        yield running
        running.kill()


def test_a_service_is_in_a_group_of_its_own_and_ends_when_asked(log):
    pid = launch(["sleep", "60"], log, tied=False)
    assert os.getpgid(pid) == pid
    end(pid)
    assert not alive(pid)


def test_all_that_a_service_says_is_in_its_log(log):
    pid = launch(["sh", "-c", "echo out; echo err >&2"], log, tied=False)
    wait_for(lambda: not alive(pid), 10, "the shell to end")
    assert log.read_text() == "out\nerr\n"


def test_a_service_that_does_not_listen_is_killed(log):
    pid = launch([sys.executable, "-c", DEAF], log, tied=False)
    wait_for(lambda: log.read_text() == "deaf\n", 10, "the service to be deaf")
    end(pid, patience=0.1)
    assert not alive(pid)


@pytest.mark.skipif(not shutil.which("setpriv"), reason="without setpriv services outlive a killed parent")
def test_a_tied_service_dies_with_a_parent_that_is_killed(parent, log):
    pid = int(parent.stdout.readline())
    wait_for(lambda: log.read_text() == "tied\n", 10, "the service to start")
    parent.kill()
    wait_for(lambda: not alive(pid), 10, "the service to end")


def test_free_ports_can_be_bound_all_together():
    ports = free_ports(3)
    listeners = [socket.create_server(("127.0.0.1", port)) for port in ports]
    assert len(set(ports)) == 3
    for listener in listeners:
        listener.close()


def test_what_a_failed_program_said_is_in_the_error():
    with pytest.raises(RuntimeError, match="sh ended with 3:\nwhy"):
        run(["sh", "-c", "echo why; exit 3"])


def test_a_wait_in_vain_names_what_it_waited_for():
    with pytest.raises(TimeoutError, match=r"waited \d x 0.05 s in vain for spring"):
        wait_for(lambda: False, 0.05, "spring")
