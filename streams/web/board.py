"""What one worker knows and any worker can show: objects, plot points, decisions and the pipeline's own state.

The board is fed with finished facts and judges nothing. It lives on the event loop; the objects given to it are never
changed afterwards, so a reader in another thread sees each of them whole.
"""

from collections.abc import Callable, Mapping
from typing import Any

from streams.web.feed import Feed
from streams.web.history import History
from streams.web.summary import summary

Json = dict[str, Any]

DECISIONS = 1000  # kept for the log on the page; the topic keeps them all


class Board:
    """The in-memory view behind the page and the API."""

    def __init__(self) -> None:
        self.feed = Feed()
        self.pipeline: Json | Callable[[], Json] = {}
        self._experiments: dict[str, Json] = {}
        self._histories: dict[str, History] = {}
        self._decisions: dict[tuple[Any, ...], Json] = {}
        self._told: Json = {}

    def show(self, experiment: Json) -> None:
        """Replace what is known of one experiment by this object."""
        self._experiments[experiment["experiment_id"]] = experiment
        self.feed.publish("experiment", summary(experiment))

    def add_point(self, experiment_id: str, point: Json) -> None:
        self._histories.setdefault(experiment_id, History()).add(point)
        self.feed.publish("point", {"experiment_id": experiment_id, "point": point})

    def add_decision(self, decision: Json) -> None:
        """Keep the decision unless its place in the log is taken: the first record counts for everybody."""
        place = _place(decision["data"])
        if place in self._decisions:
            return
        self._decisions[place] = decision
        if len(self._decisions) > DECISIONS:
            del self._decisions[next(iter(self._decisions))]
        self.feed.publish("decision", decision)

    def tell_pipeline(self) -> None:
        """Send the pipeline's state to the watching pages if it has moved since the last time."""
        now = self.pipeline_now()
        if now != self._told:
            self._told = now
            self.feed.publish("pipeline", now)

    def pipeline_now(self) -> Json:
        return self.pipeline() if callable(self.pipeline) else self.pipeline

    def experiments(self) -> list[Json]:
        return list(self._experiments.values())

    def summaries(self) -> list[Json]:
        return [summary(experiment) for experiment in self.experiments()]

    def experiment(self, experiment_id: str) -> Json | None:
        return self._experiments.get(experiment_id)

    def points(self, experiment_id: str) -> list[Json]:
        history = self._histories.get(experiment_id)
        return history.points if history else []

    def decisions(self) -> list[Json]:
        return list(self._decisions.values())


def _place(data: Mapping[str, Any]) -> tuple[Any, ...]:
    return data["experiment_id"], data["epoch"], data["seq"]
