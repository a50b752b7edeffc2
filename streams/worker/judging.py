"""Judges the experiments of this worker, and carries what is judged into the world.

The table goes first, then decisions; evidence follows at its own pace. So a decision that has gone out is one the
successor knows of.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, groupby, islice
from typing import Any, TypeVar

import msgspec

from streams.core.attribution import Counts
from streams.core.definition import Catalogue, Experiment
from streams.core.look import Recency, present
from streams.core.shown import known
from streams.core.topology import DECISIONS, EVIDENCE, home_of
from streams.worker import evidence, failpoints
from streams.worker.case import Case, Ends, Looks
from streams.worker.delays import Delays
from streams.worker.news import News
from streams.worker.outbox import Letter, send
from streams.worker.tables import EvaluationTable

PIECE = 100  # experiments judged in one go, as many cost little more than one; and the event loop must not stall:
FIRST = 12  # a case that opens costs ten times as much
DEAR = 24  # metrics whose intervals are asked for in one go, as a few cost nearly as much as one;
BREATH_S = 0.03  # and verdicts go before them
READ = 500  # counts unpacked in one go, for the same reason
TOGETHER = 8  # batches that wait for each other, so that all they bring is one look
MOST = 100  # experiments told of at a time, or half of those that wait, if that is more; the others take their turn

T = TypeVar("T")

encode = msgspec.json.Encoder().encode


def _none(_: Experiment) -> None:
    """Nothing has been decided."""


class Judging:
    """All cases of this worker with their outlets."""

    def __init__(
        self,
        catalogue: Catalogue,
        table: EvaluationTable,
        partitions: int,
        recency: Callable[[], Recency | None] = lambda: None,
    ) -> None:
        self._catalogue = catalogue
        self._table = table
        self._partitions = partitions
        self._recency = recency
        self._ends: Ends = {}
        self._last: Callable[[Experiment], bytes | None] = _none
        self._era = 0  # grows with every hand-over: what was begun in one is not written in another
        self._waiting: dict[str, list[Counts]] = defaultdict(list)  # by experiment; belongs to this era
        self._batches = 0  # of which it is
        self._since: list[int] = []  # the events of which it tells have waited
        self._moved: dict[str, None] = {}  # experiments whose evidence has not been told yet, in their turn
        self._stale = 0
        self._news = News()
        self.cases: dict[str, Case] = {}
        self.delays = Delays()

    @property
    def stale(self) -> int:
        """Counts that were no newer than what was known."""
        return self._stale + sum(case.stale for case in self.cases.values())

    def restart(self, ends: Ends, last: Callable[[Experiment], bytes | None] = _none) -> None:
        """After an assignment: begin from the table, and wait for counts that reach these ends of the source.

        `last` tells the last decision in the log.
        """
        self.close()
        self._ends, self._last = ends, last

    def close(self) -> None:
        """Our partitions go: somebody else may judge now, so write nothing that was begun."""
        self._stale, self._ends = self.stale, {}
        self._era += 1
        self._gathered()
        self._moved.clear()
        self._news.forget()
        self.cases.clear()

    async def take(
        self, arrived: Iterable[Counts], producer: Any, *, since: Iterable[int] = (), more: bool = False
    ) -> None:
        """Judge what arrived together, with what comes at once if there is more: one look at each experiment.

        The counts tell of events that have waited `since` these instants (ms).
        """
        self._since += since
        if not await self._gather(arrived) or (more and self._batches < TOGETHER):
            return
        since = self._since
        for piece in _pieces(self._gathered(), PIECE if self._all_are_open() else FIRST):
            if self._ends:
                await self._judge(await self._look(piece), producer)
            await asyncio.sleep(0)  # others have waited for a piece
        if self._all_are_open():
            self.delays.observe(since)

    def _all_are_open(self) -> bool:
        return bool(self.cases) and all(case.is_open for case in self.cases.values())

    async def _gather(self, arrived: Iterable[Counts]) -> bool:
        """Keep them with what arrived before; false if our partitions have gone meanwhile, and all of it with them."""
        waiting = self._waiting
        self._batches += 1
        for number, counts in enumerate(arrived, start=1):
            waiting[counts.experiment].append(counts)
            if number % READ == 0:
                await asyncio.sleep(0)
        return waiting is self._waiting

    def _gathered(self) -> list[list[Counts]]:
        """All that waits, by experiment; it waits no longer."""
        found, self._waiting = self._waiting, defaultdict(list)
        self._batches, self._since = 0, []
        return [counts for name, counts in found.items() if name in self._catalogue.experiments]

    async def _judge(self, cases: list[Case], producer: Any) -> None:
        kept, era = [case for case in cases if case.worth_keeping], self._era
        self._keep(kept)
        await self._table.settle()
        if era != self._era:
            return
        if kept:
            failpoints.reach("after_table")
        if due := [case for case in cases if case.outbox]:
            await self._decide(due, producer)

    async def _decide(self, due: list[Case], producer: Any) -> None:
        failpoints.reach("before_decision")
        era = self._era
        await send(producer, [self._letter(DECISIONS, case.x, decision) for case in due for decision in case.outbox])
        failpoints.reach("after_decision")
        if era != self._era:
            return
        for case in due:
            case.outbox = []
        self._keep(due)

    async def tell(self, producer: Any) -> None:
        """Publish the evidence that has moved since the last time, if that is news; who waits longest comes first."""
        room = max(MOST, len(self._moved) // 2)
        for at, piece in enumerate(self._portions([*self._moved])):
            await asyncio.sleep(BREATH_S if at else 0)
            news = (self.cases[one] for one in piece if one in self._moved and self._is_news(self.cases[one]))
            due = [*islice(news, room)]
            room -= len(due)
            await self._publish(due, producer)

    def _portions(self, names: Sequence[str]) -> Iterator[list[str]]:
        """Of experiments, by what their intervals cost."""
        asked = accumulate(len(self._catalogue.experiments[name].metrics) for name in names)
        portions = groupby(zip(names, asked, strict=True), lambda one: (one[1] - 1) // DEAR)
        return ([name for name, _ in piece] for _, piece in portions)

    async def _publish(self, due: Sequence[Case], producer: Any) -> None:
        for case in due:
            del self._moved[case.x.id]
        known.ask((case.x, present(case.state).cells) for case in due if case.state)
        await send(producer, [letter for case in due for letter in self._evidence(case)])

    async def _look(self, piece: Sequence[list[Counts]]) -> list[Case]:
        """One look at each case, in steps: others have waited for each. None, if our partitions have gone meanwhile."""
        era, cases = self._era, [self._case(self._catalogue.experiments[arrived[0].experiment]) for arrived in piece]
        looks = Looks(zip(cases, piece, strict=True), self._recency())
        if shown := looks.shown():
            await asyncio.sleep(0)
            known.ask(shown)
            await asyncio.sleep(0)
        if era != self._era:
            return []
        looks.end()
        self._moved |= {case.x.id: None for case in cases if case.is_open}
        return cases

    def _case(self, x: Experiment) -> Case:
        if x.id not in self.cases:
            self.cases[x.id] = Case.restore(x, self._ends, self._table.get(x.id.encode()), self._last(x))
        return self.cases[x.id]

    def _keep(self, cases: Iterable[Case]) -> None:
        for case in cases:
            failpoints.reach("before_table")
            self._table[case.x.id.encode()] = case.keep()

    def _is_news(self, case: Case) -> bool:
        assert case.state is not None, "only a case that has been looked at has moved"
        return self._news.take(case.x.id, case.state)

    def _evidence(self, case: Case) -> Iterator[Letter]:
        assert case.state is not None, "only a case that has been looked at has moved"
        yield self._letter(EVIDENCE, case.x, encode(evidence.current(case.x, case.state)))
        point = evidence.point(case.x, case.state)
        yield self._letter(EVIDENCE, case.x, encode(point), suffix=f"@{evidence.bucket(case.x, point['t'])}")

    def _letter(self, topic: str, x: Experiment, value: bytes, suffix: str = "") -> Letter:
        return Letter(topic, home_of(x.id, self._partitions), f"{x.id}{suffix}".encode(), value)


def _pieces(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (things[start : start + size] for start in range(0, len(things), size))
