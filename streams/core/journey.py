"""An experiment along consecutive looks: what is to be said at them, and the decisions that say it."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from streams.core import decision
from streams.core.definition import Experiment
from streams.core.gates import Gates, gates, heard
from streams.core.look import Look
from streams.core.policy import judge
from streams.core.shown import known
from streams.core.state import Judgement, State
from streams.core.status import Statuses
from streams.core.walk import Flags, Path, as_of, places


class Turn(NamedTuple):
    """A look at which something else is to be said than before."""

    at: int
    statuses: Statuses
    judgement: Judgement


class Journey:
    """The looks at one experiment, and the path of its evidence along them.

    Args:
        x: the experiment.
        state: before the first look.
        looks: consecutive.
        path: evidence at each.
        silence: whether the verdict may become `no_data`.

    Attributes:
        turns: looks at which a decision is due.
    """

    def __init__(self, x: Experiment, state: State, looks: Sequence[Look], path: Path, *, silence: bool) -> None:
        self.x = x
        self.looks = looks
        self._state = state
        self._path = path
        self.turns = list(self._turns(list(gates(x, state, looks, silence=silence))))

    def end(self) -> tuple[State, list[bytes]]:
        """The state after the last look, and the decisions on the way."""
        state, decisions = self._state, []
        for at, statuses, judgement in self.turns:
            state = _stopped(replace(self._as_of(state, at), judgement=judgement), self.looks[at])
            state, record = decision.decide(self.x, state, self.looks[at], statuses)
            decisions.append(record)
        exposed = heard(self._state, self.looks)[-1]
        return replace(self._as_of(state, len(self.looks) - 1), exposed=exposed), decisions

    def _as_of(self, state: State, at: int) -> State:
        return as_of(self.x, state, self._path, self.looks, at)

    def _turns(self, opened: list[Gates]) -> Iterator[Turn]:
        said = self._state.judgement
        for at, reached in _news(self._path.reached, opened):
            turn = _judged(self.x, reached, opened[at], said)
            if _differs(turn.judgement, said):
                said = turn.judgement
                yield turn._replace(at=at)


def end(journeys: Sequence[Journey]) -> list[tuple[State, list[bytes]]]:
    """The ends of all; what their decisions show is found out together."""
    known.ask(shown(journeys))
    return [one.end() for one in journeys]


def shown(journeys: Sequence[Journey]) -> Iterator[tuple[Experiment, list[int]]]:
    """What their decisions show: experiments with their cells."""
    return ((one.x, one.looks[turn.at].cells) for one in journeys for turn in one.turns)


def _news(reached: Flags, opened: list[Gates]) -> Iterator[tuple[int, frozenset[int]]]:
    """Looks at which something that a verdict depends on is new, and the tracks that have reached their thresholds."""
    for at, gate in enumerate(opened):
        if at == 0 or gate != opened[at - 1] or not np.array_equal(reached[at], reached[at - 1]):
            yield at, frozenset(places(reached[at]))


@lru_cache(maxsize=2**14)
def _judged(x: Experiment, reached: frozenset[int], gate: Gates, said: Judgement) -> Turn:
    """What is to be said; remembered, as most looks bring nothing new."""
    statuses = Statuses(x, reached)
    return Turn(0, statuses, judge(x, statuses, gate, said))


def _differs(a: Judgement, b: Judgement) -> bool:
    return (a.verdict, a.action, a.variant) != (b.verdict, b.action, b.variant)


def _stopped(state: State, one: Look) -> State:
    return replace(state, stopped_at=one.clock) if state.judgement.latched and state.stopped_at is None else state
