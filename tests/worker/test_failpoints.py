"""A worker dies where it is told to, the time it is told to; one that isn't told goes on."""

import signal
import subprocess
import sys

import pytest

from streams.worker.failpoints import VARIABLE, Failpoints

PROGRAM = """
from streams.worker import failpoints
for _ in range(3):
    failpoints.reach("mid_counts")
    failpoints.reach("after_counts")
print(failpoints.reached())
"""


def end_of(order):
    argv, environment = [sys.executable, "-c", PROGRAM], {VARIABLE: order}
    ended = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, env=environment)
    return ended.returncode, ended.stdout.strip()


@pytest.mark.parametrize("nth", [1, 3])
def test_it_dies_when_it_gets_there_that_often(nth):
    assert end_of(f"after_counts:{nth}") == (-signal.SIGKILL, "")


def test_what_is_only_counted_or_not_asked_for_kills_nobody():
    assert end_of("count") == (0, "{'mid_counts': 3, 'after_counts': 3}")
    assert end_of("after_counts:4") == (0, "{'mid_counts': 3, 'after_counts': 3}")
    assert end_of("") == (0, "{}")


@pytest.mark.parametrize("order", ["after_counts", "after_counts:0", "after_counts:last", "nowhere:1", ":1"])
def test_a_place_that_is_not_there_is_refused(order):
    with pytest.raises(ValueError, match=r"PEEKPROOF_FAILPOINT: '.*' is neither `count` nor like `after_state:1`"):
        Failpoints(order)
