"""How a worker ends when something is broken, or does not come to its end."""

import logging
import os
import sys
import threading
from typing import Any, NoReturn

log = logging.getLogger(__name__)


def die(reason: str, error: BaseException | None = None, **facts: Any) -> NoReturn:
    """End this process at once, from whatever thread or task, with the reason as the last line of its log.

    A worker that is half alive holds partitions and gives wrong or stale answers; a dead one is replaced and rebuilds
    its state from the log. Faust itself would restart the failed part and drop the event it failed on.
    """
    log.critical(reason, exc_info=error, extra=facts)
    _end(1)


def leave_within(seconds: float) -> None:
    """End this process as done if it is still there by then, whatever holds it.

    What has not gone out by then is no loss: whoever comes next has it from the source. Faust's consumer lives in a
    thread for which both `App.stop` and the interpreter wait without limit, and which now and then does not end.
    """
    timer = threading.Timer(seconds, _cut_off)
    timer.daemon = True
    timer.start()


def _cut_off() -> None:
    log.warning("cut off: what has not gone out is told anew by whoever comes next")
    _end(0)


def _end(code: int) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)
