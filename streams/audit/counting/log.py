"""One source partition, read once: what became of each record, and the events that concern each experiment."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from streams.audit.counting.definitions import Experiment
from streams.audit.counting.judging import Experiments, concerns, is_for, late_everywhere, refusal
from streams.audit.counting.lines import Event


class Record(NamedTuple):
    """A record in its place: an event, or the reason why it is none."""

    topic: str
    offset: int
    event: Event | str


class Judged(NamedTuple):
    """An event that is not rejected. Late means: for every experiment it concerns."""

    topic: str
    offset: int
    event: Event
    late: bool


class Log:
    """The events of a partition.

    Args:
        experiments: by id.

    Attributes:
        began: the smallest time of an accepted event.
        unused: accepted conversions of a name that no experiment counts.
    """

    def __init__(self, experiments: Experiments) -> None:
        self.began: int | None = None
        self.unused = 0
        self._experiments = experiments
        self._judged: dict[str, list[Judged]] = {id_: [] for id_ in experiments}

    def take(self, record: Record) -> str:
        """Judge the next record: accepted, late, or a reason of rejection."""
        event = record.event
        if isinstance(event, str):
            return event
        if reason := refusal(event, self._experiments):
            return reason
        is_late = late_everywhere(event, self._experiments.values())
        if not is_late:
            self._accept(event)
        for x in self._experiments.values():
            if concerns(event, x) or is_reversal(event, x):
                self._judged[x.id].append(Judged(record.topic, record.offset, event, is_late))
        return "late" if is_late else "accepted"

    def below(self, id_: str, offsets: Mapping[str, int]) -> Iterator[Judged]:
        """Events of an experiment below these offsets of each topic."""
        return (one for one in self._judged[id_] if one.offset < offsets[one.topic])

    def _accept(self, event: Event) -> None:
        self.began = event.time if self.began is None else min(self.began, event.time)
        self.unused += unused(event, self._experiments)


def is_reversal(event: Event, x: Experiment) -> bool:
    """Of something in this experiment, perhaps."""
    return event.kind == "conversion" and event.data.get("reverses") is not None and is_for(event, x)


def unused(event: Event, experiments: Experiments) -> bool:
    """Whether no metric counts events of its name."""
    return event.kind == "conversion" and not any(event.data["event"] in x.names for x in experiments.values())
