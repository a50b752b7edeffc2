"""How long it takes from an event's record to the look that judges it.

Who counts an event and who judges it may be two workers. So a round says with its counts how old the oldest event is
that they are the first to tell of, and each of its records is one observation, however many events there were.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from typing import Any

from streams.core.events import Record
from streams.worker.clock import wall_ms

OLDEST = "oldest"  # the header
BOUNDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)  # seconds

Headers = list[tuple[str, bytes]]


def headers(oldest: int | None) -> Headers:
    """Of a record of counts: the record time (ms) of the oldest event that is new in them, if one is."""
    return [] if oldest is None else [(OLDEST, str(oldest).encode())]


def oldest(records: Iterable[Record]) -> Iterator[int]:
    """What the headers of records say."""
    return (int(value or b"0") for record in records for name, value in record.headers if name == OLDEST)


class Delays:
    """A histogram in the making."""

    def __init__(self, now: Callable[[], int] = wall_ms) -> None:
        self._now = now
        self._found = [0] * (len(BOUNDS) + 1)
        self._sum = 0.0

    def observe(self, since: Iterable[int]) -> None:
        """What is as old as each of these (ms) has been judged now."""
        now = self._now()
        for instant in since:
            seconds = max(0, now - instant) / 1000
            self._found[bisect_left(BOUNDS, seconds)] += 1
            self._sum += seconds

    @property
    def told(self) -> dict[str, Any]:
        """Observations up to each bound, all of them at the infinite one; and their sum."""
        bounds = [*map(str, BOUNDS), "+Inf"]
        return {"buckets": dict(zip(bounds, accumulate(self._found), strict=True)), "sum": self._sum}
