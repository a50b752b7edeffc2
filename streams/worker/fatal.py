"""The one way a worker ends when something is broken."""

import logging
import os
import sys
from typing import Any, NoReturn

log = logging.getLogger(__name__)


def die(reason: str, error: BaseException | None = None, **facts: Any) -> NoReturn:
    """End this process at once, from whatever thread or task, with the reason as the last line of its log.

    A worker that is half alive holds partitions and gives wrong or stale answers; a dead one is replaced and rebuilds
    its state from the log. Faust itself would restart the failed part and drop the event it failed on.
    """
    log.critical(reason, exc_info=error, extra=facts)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(1)
