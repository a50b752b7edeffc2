"""Drives the core over recorded events: one source partition, looks at fixed multiples of record time."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from streams.core.attribution import Attribution, Counts
from streams.core.definition import Catalogue
from streams.core.evaluation import begin, consider
from streams.core.events import REASONS
from streams.core.gates import end_of_counting
from streams.core.look import Look
from streams.core.outcomes.base import Object
from streams.core.report import experiment_object
from streams.core.sifting import ACCEPTED
from streams.core.state import State

if TYPE_CHECKING:
    from streams.lab.replay import Line

BATCH = 4_096  # looks judged together
PARTITION = "0"

_happened = attrgetter("arrival.event.time")


def first_event(catalogue: Catalogue, lines: Sequence["Line"]) -> int | None:
    """The time from which experiments run that do not say: of the first event, if it must be known."""
    if all(x.effective_from is not None for x in catalogue):
        return None
    scout = Attribution(catalogue)
    for number, line in enumerate(sorted(lines, key=_happened)):
        scout.apply(line.kind, [line.arrival._replace(offset=number)])
        if scout.tally[ACCEPTED]:
            first: int = _happened(line)
            return first
    return None


class Driver:
    """A replay of one catalogue.

    Args:
        catalogue: experiments whose start is known.
        look_every: ms of record time between looks.
    """

    def __init__(self, catalogue: Catalogue, look_every: int) -> None:
        self._catalogue = catalogue
        self._every = look_every
        self._attribution = Attribution(catalogue)
        self._states: dict[str, State] = {x.id: begin(x) for x in catalogue}
        self._looks: dict[str, list[Look]] = {x.id: [] for x in catalogue}
        self._last: dict[str, Counts] = {}
        self._clock: int | None = None  # of the last look that saw something

    def run(self, lines: Sequence["Line"], until: int | None, progress: Callable[[str, int], None]) -> Iterator[bytes]:
        """Decisions in the order in which they are made, experiment by experiment within a batch of looks."""
        done = 0
        for time, group in groupby(lines, lambda line: line.time // self._every):
            yield from self._run_clock(time * self._every)
            done += self._apply(list(group), done)
            self._clock = (time + 1) * self._every
            yield from self._look(self._clock)
            progress("judging", done)
        yield from self._run_clock(until)
        if until is not None and until > self._attribution.clock:
            self._clock = until
            yield from self._look(until)
        yield from self._judge(at_least=1)

    def report(self, refused: Counter[str]) -> Object:
        """The report of the contracts; `refused` counts lines that could not be decoded."""
        tally = self._attribution.tally
        rejected = {reason: refused[reason] + tally[f"rejected.{reason}"] for reason in REASONS}
        return {
            "experiments": {x.id: self._object(x.id) for x in self._catalogue},
            "rejected": {reason: count for reason, count in rejected.items() if count},
            "late": tally["late"],
            "unused": tally["unused"],
            "accepted": tally["accepted"],
            "read": tally["read"] + refused.total(),
        }

    def _object(self, id_: str) -> Object:
        x, last = self._catalogue.experiments[id_], self._last.get(id_)
        return experiment_object(x, self._states[id_], last.cells if last else [0] * x.layout.size, self._clock)

    def _apply(self, lines: list["Line"], first: int) -> int:
        for kind, group in groupby(enumerate(lines, start=first), lambda numbered: numbered[1].kind):
            self._attribution.apply(kind, [line.arrival._replace(offset=number) for number, line in group])
        return len(lines)

    def _run_clock(self, limit: int | None) -> Iterator[bytes]:
        """Look wherever the clock alone changes something, up to a limit (or as long as anything can change)."""
        while (due := self._next_change()) is not None and (limit is None or due <= limit):
            yield from self._look(due)

    def _next_change(self) -> int | None:
        """The first look at which a unit matures or a gate opens, after the present one."""
        clock, matures = self._attribution.clock, self._attribution.next_change()
        if matures is None:
            return None
        gates = [gate for x in self._catalogue for gate in self._gates(x.id) if gate > clock]
        return self._next_look(min([matures, *gates]))

    def _gates(self, id_: str) -> Iterator[int]:
        x = self._catalogue.experiments[id_]
        if x.effective_from is not None:
            yield x.effective_from + x.spec.schedule.min_runtime
        if (ends := end_of_counting(x)) is not None:
            yield ends

    def _next_look(self, instant: int) -> int:
        return -(-instant // self._every) * self._every

    def _look(self, time: int) -> Iterator[bytes]:
        before = self._attribution.clock
        self._attribution.advance(time)
        changed = {counts.experiment: counts for counts in self._attribution.counts()}
        self._clock = time if changed else self._clock
        for x in self._catalogue:
            opened = any(before < gate <= time for gate in self._gates(x.id))
            if x.id in changed or (opened and x.id in self._last):
                self._add(changed.get(x.id) or self._last[x.id]._replace(clock=time))
        yield from self._judge(at_least=BATCH)

    def _add(self, counts: Counts) -> None:
        self._last[counts.experiment] = counts
        look = Look({PARTITION: counts.offsets}, {PARTITION: counts.clock}, counts.cells)
        self._looks[counts.experiment].append(look)

    def _judge(self, at_least: int) -> Iterator[bytes]:
        for x in self._catalogue:
            if len(self._looks[x.id]) >= at_least:
                self._states[x.id], decisions = consider(x, self._states[x.id], self._looks[x.id], silence=False)
                self._looks[x.id] = []
                yield from decisions
