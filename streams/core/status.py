"""What the tests say of each metric and variant, once thresholds have been reached."""

from collections.abc import Set as AbstractSet

from streams.core.definition import Experiment
from streams.core.tracks import SRM, tracks

# When several have been reached, the first of these holds.
ORDER = (
    ("harm", "harmful"),
    ("better", "winner"),
    ("non_inferiority", "non_inferior"),
    ("equivalence", "equivalent"),
    ("futility", "futile"),
)
EARLY_ORDER = (("early_worse", "harmful"), ("early_better", "winner"))


class Statuses:
    """Status of every metric and variant, given the tracks that have reached their thresholds.

    Args:
        x: the experiment.
        reached: indices of tracks.
    """

    def __init__(self, x: Experiment, reached: AbstractSet[int]) -> None:
        self.suspended = SRM in reached
        self._reached = {(tracks(x)[i].metric, tracks(x)[i].variant, tracks(x)[i].kind) for i in reached}

    def matured(self, metric: int, variant: int) -> str:
        """Status of the reading that may decide."""
        return self._first(ORDER, metric, variant)

    def early(self, metric: int, variant: int) -> str:
        """Status of the reading that warns."""
        return self._first(EARLY_ORDER, metric, variant)

    def _first(self, order: tuple[tuple[str, str], ...], metric: int, variant: int) -> str:
        if self.suspended:
            return "suspended"
        return next((status for kind, status in order if (metric, variant, kind) in self._reached), "undecided")
