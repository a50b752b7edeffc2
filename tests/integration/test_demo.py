"""The demo as a newcomer runs it: all four experiments judged as their truth demands, nothing left behind."""

import json
import os
import signal
import subprocess
import sys

import pytest

from tests.services.processes import alive, wait_for

PEEKPROOF = [sys.executable, "-m", "streams.cli"]
EXPECTED = {
    "checkout-wording": ("stop_success", "ship", "delivery-day"),
    "personal-email": ("stop_harm", "rollback", "personal"),
    "button-aa": ("continue", "none", None),
    "search-ranking": ("invalid_srm", "review", None),
}


def children_of(parent):
    """Processes it has started and that are still there."""
    listing = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listing.splitlines()]
    return [pid for pid, ppid in pairs if ppid == parent]


@pytest.mark.embedded
def test_all_four_experiments_end_as_their_truth_demands():
    done = subprocess.run([*PEEKPROOF, "demo", "--once"], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    decisions = [json.loads(line)["data"] for line in done.stdout.splitlines()]
    last = {d["experiment_id"]: (d["verdict"], d["action"], d["variant"]) for d in decisions}
    assert last == EXPECTED
    assert all(d["reasons"] for d in decisions)
    assert "every unit counted in its arm" in done.stderr


@pytest.fixture
def heard():
    """Who starts these tests in the background of a shell ignores Ctrl-C, and so would all they start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.embedded
@pytest.mark.usefixtures("heard")
def test_ctrl_c_ends_it_cleanly_and_leaves_no_process(tmp_path):
    with (tmp_path / "screen").open("wb") as screen:
        demo = subprocess.Popen([*PEEKPROOF, "demo"], stdout=screen, stderr=screen, start_new_session=True)
    try:
        wait_for(lambda: len(children_of(demo.pid)) == 2, 30, "worker and crowd")
        children = children_of(demo.pid)
        os.kill(demo.pid, signal.SIGINT)
        assert demo.wait(60) == 0
    finally:
        demo.kill()
        demo.wait()
    wait_for(lambda: not any(map(alive, children)), 2, "the end of worker and crowd")
