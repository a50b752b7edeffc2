"""Events and decisions in files: to a replay they are one partition, numbered in the order in which it takes them."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from streams.audit.chain import Written
from streams.audit.counting.lines import Event, read
from streams.audit.counting.log import Record
from streams.audit.sources import Ends, Part, Progress
from streams.codecs.files import lines as lines_of
from streams.core.topology import CONVERSIONS, EXPOSURES

EVENTS = "events"  # one log: a file mixes exposures and conversions
STEP = 20_000


class Files:
    """The files of a replay.

    Args:
        events: CloudEvents JSON lines, plain or .gz: those that were replayed, no others.
        decisions: `decisions.jsonl`.
        now: machine time (ms), which bounds event times of lines without a record time.
        progress: called with a stage and the number of lines done.
    """

    def __init__(self, events: Sequence[Path], decisions: Path, now: int, progress: Progress) -> None:
        self._events, self._decisions = events, decisions
        self._now = now
        self._progress = progress

    def decisions(self) -> list[Written]:
        """Each line."""
        lines = self._decisions.read_bytes().splitlines()
        return [Written(f"{self._decisions.name} line {number}", line) for number, line in enumerate(lines, 1)]

    def parts(self, needed: Mapping[str, Ends]) -> Iterator[Part]:
        """All events, whatever is needed: the start of an epoch may depend on any."""
        events: list[tuple[Event, bytes]] = []
        refused: list[str] = []
        for number, text in enumerate(lines_of(self._events)):
            event = read(text, self._now)
            if isinstance(event, str):
                refused.append(event)
            else:
                events.append((event, text))
            if number % STEP == 0:
                self._progress("reading", number)
        last = max((end for ends in needed.values() for end in ends.values()), default=0)
        consumed = {EVENTS: max(last, len(events)) + len(refused)}
        yield Part("0", consumed, ((EVENTS, record) for record in _numbered(events, refused)))


def _numbered(events: list[tuple[Event, bytes]], refused: list[str]) -> Iterator[Record]:
    """In the order of (record time, source, id); what can't be read has no place in it."""
    events.sort(key=lambda one: (one[0].recorded, one[0].source, one[0].id, _topic(one[0]), one[1]))
    yield from (Record(_topic(event), number, event) for number, (event, _) in enumerate(events))
    yield from (Record(EXPOSURES, 0, reason) for reason in refused)


def _topic(event: Event) -> str:
    return CONVERSIONS if event.kind == "conversion" else EXPOSURES
