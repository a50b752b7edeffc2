"""Named places at which a worker can be made to die, so that tests can show that it doesn't matter where it does.

`PEEKPROOF_FAILPOINT=mid_counts:3` kills the process the third time it gets there; `count` only counts how often each
place is reached, which the worker logs when it has drained. Unset, a place costs one call.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable

VARIABLE = "PEEKPROOF_FAILPOINT"
NAMES = (
    "after_state",  # a piece of a batch is in the state, its rejected records are not published
    "mid_chunk",  # some of a snapshot's chunks are in their log
    "before_manifest",
    "after_manifest",
    "after_tombstone",
    "mid_counts",  # some of a round's counts have been handed to the producer
    "after_counts",
    "before_table",
    "after_table",
    "before_decision",
    "after_decision",
    "before_commit",
)


class Failpoints:
    """How often each place was reached, and where to die.

    Raises:
        ValueError: there is no such place, or no such time.
    """

    def __init__(self, order: str) -> None:
        name, _, time = order.partition(":")
        if order != "count" and (name not in NAMES or not time.isdecimal() or int(time) < 1):
            raise ValueError(
                f"{VARIABLE}: {order!r} is neither `count` nor like `after_state:1`; of {', '.join(NAMES)}"
            )
        self.reached: Counter[str] = Counter()
        self._last = None if order == "count" else (name, int(time))

    def reach(self, name: str) -> None:
        """Come by a place, perhaps for the last time."""
        self.reached[name] += 1
        if (name, self.reached[name]) == self._last:
            os.kill(os.getpid(), signal.SIGKILL)


def _pass(_: str) -> None:
    """Nothing is asked for."""


_asked = Failpoints(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None
reach: Callable[[str], None] = _asked.reach if _asked else _pass


def reached() -> dict[str, int]:
    """How often each place was reached, if somebody asked."""
    return dict(_asked.reached) if _asked else {}
