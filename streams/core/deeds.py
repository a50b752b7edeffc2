"""What units have done in the windows of one experiment, each thing with a number: most do what many others do.

Prices repeat, and so do sums of few of them. Where they don't, numbers run out, and units are told by records.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from streams.core.definition import Experiment
from streams.core.events import MICRO
from streams.core.memory import Added, Deed
from streams.core.outcomes.base import Amounts
from streams.core.recount import NEVER, alike
from streams.core.seen import MISSING, Service, services

Part = tuple[int, bool, int]  # of what an event adds to a deed: to which sum, whether its value, up to what matters
Window = tuple[int, int, tuple[Part, ...]]  # from when to when after the entry, and what an event in it adds


class Span(NamedTuple):
    """The time after an entry, cut wherever a window for events of a name opens or closes.

    Attributes:
        edges: where it is cut, ascending.
        tells: of each piece, from that before the first cut on, its number; 0: no window is open, below 0: no word can
            tell what happens there.
        parts: what an event in it adds.
    """

    edges: tuple[int, ...]
    tells: tuple[int, ...]
    parts: tuple[tuple[Part, ...], ...]


class Deeds:
    """Deeds by number, in the order in which they were first done; nothing is the first.

    Args:
        most: how many there may be.
    """

    def __init__(self, x: Experiment, most: int) -> None:
        self._x, self._most = x, most
        self.known: list[Deed] = [()]
        self._numbers: dict[Deed, int] = {(): 0}
        self._adding: dict[tuple[Amounts, ...], int] = {}
        self._indexed = 1  # so many are found by what they add; few ask, so it is known when somebody does

    def number(self, deed: Deed) -> int | None:
        """Of a deed; None if there are no numbers left."""
        number = self._numbers.get(deed)
        if number is None and len(self.known) < self._most:
            number = len(self.known)
            self.add((deed,))
        return number

    def add(self, deeds: Iterable[Deed]) -> None:
        """In that order."""
        for deed in deeds:
            self._numbers[deed] = len(self.known)
            self.known.append(deed)

    def adding(self, added: Added) -> int:
        """The number of the deed by which units may have added this, when all has matured; 0: of none that is known."""
        while self._indexed < len(self.known):
            told = alike(self._x, 0, 0, len(self._x.closings), self.known[self._indexed])
            self._adding[_amounts(told)] = self._indexed
            self._indexed += 1
        return self._adding.get(_amounts(added), 0)


def _amounts(added: Added) -> tuple[Amounts, ...]:
    """Without the cells, which differ by variant."""
    return tuple([amounts for _, amounts in added])


def after(x: Experiment, deed: Deed, parts: Iterable[Part], value: int) -> Deed | None:
    """The deed of who does this, too; None if a value is missing."""
    sums = [*deed] or [NEVER] * sum(len(metric.sources) for metric in x.metrics)
    for place, valued, enough in parts:
        if valued and value == MISSING:
            return None
        sums[place] = min(max(0, sums[place]) + (value if valued else MICRO), enough)
    return tuple(sums)


def cut(windows: Sequence[Window], *, tells: bool) -> Span:
    """The time after an entry by these windows; `tells`: whether words can tell what happens in them."""
    edges = sorted({edge for opens, closes, _ in windows for edge in (opens, closes)})
    parts = [(), *(sum([adds for opens, closes, adds in windows if opens <= at < closes], ()) for at in edges)]
    numbers = [(number if tells else -1) if adds else 0 for number, adds in enumerate(parts)]
    return Span(tuple(edges), tuple(numbers), tuple(parts))


def windows(x: Experiment) -> dict[str, tuple[Window, ...]]:
    """By name of an event."""
    return {name: tuple([(s.opens, s.closes, _parts(x, s)) for s in known]) for name, known in services(x).items()}


def _parts(x: Experiment, service: Service) -> tuple[Part, ...]:
    first = sum(len(metric.sources) for metric in x.metrics[: service.metric])
    enough = x.metrics[service.metric].counted.enough
    return tuple([(first + source, valued, enough) for source, valued in service.sources])
