"""What was answered of a metric at the last look, and holds still.

A unit that enters moves no cell of a metric until it matures: where events are few, most metrics need not be asked
again at a look, although something has moved.
"""

from collections.abc import Sequence
from typing import Generic

from streams.core.alike import Answer, Ask, Subject
from streams.core.definition import Experiment

REMEMBERED = 2**14  # metrics

Cells = tuple[int, ...]


class Lately(Generic[Answer]):
    """Asks of those metrics whose own cells have moved; the answer must be a function of these alone."""

    def __init__(self, ask: Ask[Answer]) -> None:
        self._ask = ask
        self._known: dict[tuple[Experiment, int], tuple[Cells, Answer]] = {}

    def __call__(self, subjects: Sequence[Subject]) -> list[Answer]:
        """The answers; those at one look each are remembered."""
        if any(len(one.looks) != 1 for one in subjects):
            return list(self._ask(subjects))
        if len(self._known) > REMEMBERED:
            self._known.clear()
        places, cells = [(one.x, one.m) for one in subjects], [own(one) for one in subjects]
        pairs = ((at, self._known.get(place)) for at, place in enumerate(places))
        now = {at: pair for at, pair in pairs if pair is not None and pair[0] == cells[at]}
        moved = [at for at in range(len(subjects)) if at not in now]
        told = self._ask([subjects[at] for at in moved])
        now |= {at: (cells[at], answer) for at, answer in zip(moved, told, strict=True)}
        self._known |= {places[at]: pair for at, pair in now.items()}
        return [now[at][1] for at in range(len(subjects))]


def own(subject: Subject) -> Cells:
    """The cells of a metric at one look."""
    block = subject.x.layout.metrics[subject.m]
    return tuple(subject.looks[0, block.start : block.stop])
