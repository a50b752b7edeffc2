"""Children that Ctrl-C does not reach and that end with their parent, however it ends.

Two leashes: the child reads a pipe that only the parent holds open, on every system; and Linux kills it when the thread
that spawned it dies, even while the child is too busy to read. So: spawn from the main thread.
"""

import ctypes
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from threading import Thread
from typing import IO

PATIENCE_SECONDS = 3.0  # between the request to end and the end
PR_SET_PDEATHSIG = 1  # sys/prctl.h

Child = subprocess.Popen[bytes]


def spawn(function: Callable[..., object], *arguments: object, output: int | IO[bytes] | None = None) -> Child:
    """Call `function(*arguments)` in a new Python process, in a session of its own.

    Args:
        function: importable by its name; arguments and function are pickled.
        arguments: of the function.
        output: where stdout and stderr go, as for `subprocess.Popen`; None: where the parent's go.
    """
    argv = [sys.executable, "-m", "streams.lab.processes"]
    child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=output, stderr=output, start_new_session=True)
    assert child.stdin
    pickle.dump((function, arguments), child.stdin)
    child.stdin.flush()
    return child


def stop_all(children: Iterable[Child], patience: float = PATIENCE_SECONDS) -> None:
    """Ask all to end, at once; kill those that have not after `patience` seconds."""
    children = list(children)
    for child in children:
        child.terminate()
    deadline = time.monotonic() + patience
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.wait(max(0, deadline - time.monotonic()))
        child.kill()
        child.communicate()


def main() -> None:
    """Be the child."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    function, arguments = pickle.load(sys.stdin.buffer)  # noqa: S301 written by our own parent
    Thread(target=_end_with_parent, daemon=True).start()
    function(*arguments)


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)  # nothing is ever written again: this returns when the parent is gone
    os._exit(1)


if __name__ == "__main__":
    main()
