"""Processes of the services that tests need: started apart, waited for by condition, ended by pid."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from random import SystemRandom

# Below the ports a system lends to outgoing connections: none of those can take ours before the service does.
PORTS = range(20_000, 32_000)

# Bounds are for a quiet machine. What must happen in the end may take longer where many tests share two cores.
PATIENCE = 6 if os.environ.get("CI") else 2


def run(argv: Sequence[str | Path]) -> None:
    """Run to the end; a failure shows what the program said."""
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{argv[0]} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def launch(argv: Sequence[str | Path], log: Path, *, tied: bool) -> int:
    """Start in a process group of its own, out of reach of Ctrl-C, and return the pid.

    Args:
        argv: the program and its arguments.
        log: receives all the program says.
        tied: where the system can, the process dies with the one that started it, even if that is killed.
    """
    leash = ["setpriv", "--pdeathsig", "KILL"] if tied and shutil.which("setpriv") else []
    words = [*leash, *map(str, argv)]
    streams = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    return os.posix_spawnp(words[0], words, os.environ, file_actions=streams, setpgroup=0)


def alive(pid: int) -> bool:
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # a child of ours that has ended would stay as a zombie
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return not _zombie(pid)
    return False


def _zombie(pid: int) -> bool:
    """Whether it has ended and waits for another parent, which in a container may never come."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")
    return False


def end(pid: int, patience: float = 10) -> None:
    """Ask politely, then insist."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.kill(pid, sign)
        with suppress(TimeoutError):
            return wait_for(lambda: not alive(pid), patience, f"process {pid} to end")
    raise TimeoutError(f"process {pid} survives SIGKILL")


def wait_for(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until the condition holds.

    Args:
        condition: asked again and again.
        seconds: it takes no longer on a quiet machine; see PATIENCE.
        what: we wait for, in words.

    Raises:
        TimeoutError: in vain.
    """
    deadline = time.monotonic() + PATIENCE * seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {PATIENCE} x {seconds:g} s in vain for {what}")
        time.sleep(0.02)


def free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        return [_free_port(held) for _ in range(count)]


def _free_port(held: ExitStack) -> int:
    while True:
        taken = held.enter_context(socket.socket())
        with suppress(OSError):
            taken.bind(("127.0.0.1", SystemRandom().choice(PORTS)))
            return int(taken.getsockname()[1])
