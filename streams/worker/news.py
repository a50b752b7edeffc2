"""What is told of an experiment at once: more than that time goes by, because intervals are dear to compute."""

import time
from collections.abc import Callable
from typing import Any

from streams.core.look import present
from streams.core.state import State

QUIET_S = 30.0  # between two tellings in which only the clock has moved


class News:
    """Remembers what was told of each experiment, and when."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._told: dict[str, tuple[Any, float]] = {}

    def take(self, experiment_id: str, state: State) -> bool:
        """Whether this is to be told now; if so, it counts as told."""
        now, content = self._now(), (present(state).cells, state.judgement, state.decided)
        told, at = self._told.get(experiment_id, (None, now))
        if content == told and now - at < QUIET_S:
            return False
        self._told[experiment_id] = content, now
        return True

    def forget(self) -> None:
        """Nothing has been told by this owner."""
        self._told.clear()
