"""What a conversion makes of an entry: the place of another arm. Compiled where that is possible, see `table`."""

from streams.core.deeds import Span
from streams.core.definition import GLANCE_BACK
from streams.core.quiet import Arms

LEARNED = 1 << 14  # answers that are remembered: most units do what others have just done
UNTOLD = -1  # instead of a place, or a window: no word can tell


class Then:
    """Looks up what follows from what.

    Args:
        names: of events, by their numbers.
    """

    def __init__(self, arms: Arms, names: list[str]) -> None:
        self._arms, self._names, self._step = arms, names, arms.step
        self._spans: dict[int, list[Span | None]] = {}  # by number of a name, of each place
        self._learned: dict[tuple[int, int, int, int], int] = {}

    def after(self, place: int, name: int, since: int, value: int) -> int:
        """The place of an entry with one more conversion so many ms after it, or `UNTOLD`."""
        window = self.window(place % self._step, name, since)
        if window <= 0:
            return place if window == 0 else UNTOLD
        told = (place, name, window, value)
        known = self._learned.get(told)
        return self._learn(told) if known is None else known

    def window(self, place: int, name: int, since: int) -> int:
        """The number of the span of time in which that lies; 0: nobody asks for it."""
        spans = self._spans.get(name)
        if spans is None:
            spans = self._learn_spans(name)
        span = spans[place]
        if span is None:
            return 0
        if since < 0:
            return UNTOLD if since >= -GLANCE_BACK else 0
        edges, tells, _ = span
        window = 0
        for edge in edges:
            if edge > since:
                break
            window += 1
        return tells[window]

    def _learn(self, told: tuple[int, int, int, int]) -> int:
        place, name, window, value = told
        span = self._spans[name][place % self._step]
        arm = self._arms.beyond(self._arms[place], span.parts[window] if span else (), value)
        if len(self._learned) >= LEARNED:
            self._learned.clear()
        self._learned[told] = UNTOLD if arm is None else arm.place
        return self._learned[told]

    def _learn_spans(self, name: int) -> list[Span | None]:
        self._spans[name] = [arm.span(self._names[name]) for arm in self._arms.all]
        return self._spans[name]
