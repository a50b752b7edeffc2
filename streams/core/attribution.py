"""Unit state of one source partition: which unit entered where, and what it did; kept as sets, counted as cells.

The state is a function of the set of events below `offsets` and of the clock. A batch changes sets and marks units;
`counts` recounts the marked ones.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from operator import attrgetter
from typing import NamedTuple, cast

from streams.core.definition import Catalogue
from streams.core.events import KINDS, Arrival, Conversion, Exposure, Rejected
from streams.core.intake import Intake
from streams.core.memory import Copy, Reversal
from streams.core.recount import LATE, worth
from streams.core.snapshot import Cut, Head, encode, fingerprint
from streams.core.units import Units
from streams.core.watermarks import Watermark, Watermarks

ACCEPTED, BELATED = "accepted", "late"  # not refused; what is late changes nothing

_time = attrgetter("time")
_event_time = attrgetter("event.time")


class Counts(NamedTuple):
    """Cumulative cells of one experiment from one source partition, with their version: next offsets and clock (ms)."""

    experiment: str
    epoch: int
    config_hash: str
    partition: int
    offsets: tuple[int, int]
    clock: int
    cells: list[int]


class Attribution:
    """State and counts of one source partition.

    Args:
        rekeyed: kinds of source that ingest writes: watermarks are their clock.

    Attributes:
        offsets: next offset by kind of source.
        clock: instant (ms) up to which both sources have been read.
        tallies: by kind of source, records by outcome: read, accepted, late, unused, behind_clock, and rejected by
            `rejected.<reason>`; watermarks, which are no events, apart.
        began: the smallest time of an accepted event, if there was one.
    """

    def __init__(self, catalogue: Catalogue, partition: int = 0, rekeyed: Collection[str] = ()) -> None:
        self.partition = partition
        self.offsets = dict.fromkeys(KINDS, 0)
        self.clock = 0
        self.tallies = {kind: Counter[str]() for kind in KINDS}
        self.began: int | None = None
        self._intake = Intake(catalogue)
        self._experiments = self._intake.experiments
        self._read_to = dict.fromkeys(KINDS, 0)
        self._watermarks = {kind: Watermarks() for kind in rekeyed}
        self._units = Units(self._experiments)
        self._fingerprint = fingerprint(catalogue)

    @property
    def tally(self) -> Counter[str]:
        """Records of both sources by outcome."""
        return sum(self.tallies.values(), start=Counter[str]())

    @property
    def units(self) -> int:
        """Units in memory."""
        return len(self._units)

    def apply(self, kind: str, arrivals: Iterable[Arrival | Watermark]) -> list[Rejected]:
        """Take a batch of one source in the order of its offsets; what lies below `offsets` was taken before."""
        accepted, late, refused = list[Arrival](), list[Arrival](), list[Rejected]()
        for arrival in self._hear(kind, self._fresh(kind, arrivals)):
            outcome = self._take(arrival)
            if outcome is ACCEPTED:
                accepted.append(arrival)
            elif outcome is BELATED:
                late.append(arrival)
            else:
                refused.append(Rejected(kind, arrival.offset, outcome))
        self._tell(self.tallies[kind], accepted, late, refused)
        if kind not in self._watermarks:
            self._read_to[kind] = max([self._read_to[kind], *map(_time, accepted), *map(_time, late)])
        self.advance(min(self._read_to.values()))
        return refused

    def advance(self, clock: int) -> None:
        """Both sources have been read up to this instant."""
        self.clock = max(self.clock, clock)

    def idle(self, kind: str, instant: int) -> None:
        """A source has been read up to this instant; of a re-keyed one only its watermarks can tell."""
        if kind not in self._watermarks:
            self._read_to[kind] = max(self._read_to[kind], instant)
            self.advance(min(self._read_to.values()))

    def counts(self, *, everything: bool = False) -> list[Counts]:
        """Cells that changed since the last call, or all."""
        self._units.settle(self.clock)
        chosen = range(len(self._experiments)) if everything else sorted(self._units.changed)
        self._units.changed = set()
        return [self._counts(number) for number in chosen]

    def next_change(self) -> int | None:
        """The next instant at which the clock alone may change a cell."""
        self._units.settle(self.clock)
        return self._units.next_maturity()

    def cut(self, *, whole: bool) -> Cut:
        """A snapshot of this instant, to be packed while events go on: of all units, or of those that have changed.

        Raises:
            ValueError: the last one is still being packed, or the first is not whole.
        """
        self._units.settle(self.clock)
        pieces = self._units.cut(whole=whole)
        return Cut(encode(self._head()), pieces)

    def drop(self) -> None:
        """Nobody will take the pieces of the last cut; the next one must be whole."""
        self._units.drop()

    def load(self, piece: bytes) -> None:
        """Take the units of a snapshot's piece; before anything else, and `resume` follows."""
        self._units.load(piece)

    def resume(self, head: Head) -> None:
        """Go on from a snapshot whose pieces, and those before it, have been loaded.

        Raises:
            ValueError: it is of other experiments, or a unit is missing.
        """
        if head.catalogue != self._fingerprint:
            raise ValueError("the snapshot is of other experiments: count anew from the source")
        if head.units != self.units:
            raise ValueError(f"the snapshot is of {head.units:,} units, but {self.units:,} were found")
        self.offsets, self.clock, self.began = head.offsets, head.clock, head.began
        self._read_to = head.read_to
        for kind in self._watermarks.keys() & head.watermarks.keys():
            self._watermarks[kind].hear(head.watermarks[kind])
        self.tallies = {kind: Counter(tally) for kind, tally in head.tallies.items()}
        self._units.resume(head.clock, head.cells)

    def _head(self) -> Head:
        return Head(
            catalogue=self._fingerprint,
            offsets=self.offsets,
            clock=self.clock,
            read_to=self._read_to,
            tallies={kind: dict(tally) for kind, tally in self.tallies.items()},
            began=self.began,
            cells=self._units.cells,
            units=len(self._units),
            watermarks={kind: marks.heard for kind, marks in self._watermarks.items()},
        )

    def _counts(self, number: int) -> Counts:
        x, offsets = self._experiments[number], (self.offsets[KINDS[0]], self.offsets[KINDS[1]])
        return Counts(
            x.id, x.epoch, x.config_hash, self.partition, offsets, self.clock, self._units.cells[number].copy()
        )

    def _fresh(self, kind: str, arrivals: Iterable[Arrival | Watermark]) -> list[Arrival | Watermark]:
        offset, fresh = self.offsets[kind], list[Arrival | Watermark]()
        for arrival in arrivals:
            if arrival.offset >= offset:
                fresh.append(arrival)
                offset = arrival.offset + 1
        self.offsets[kind] = offset
        return fresh

    def _hear(self, kind: str, arrivals: list[Arrival | Watermark]) -> list[Arrival]:
        """The events among them; watermarks move the clock."""
        if (known := self._watermarks.get(kind)) is None:
            return cast("list[Arrival]", arrivals)  # there are no others, and to look at each would cost time
        marks = [one for one in arrivals if isinstance(one, Watermark)]
        for mark in marks:
            known.hear(mark)
        self.tallies[kind]["watermarks"] += len(marks)
        self._read_to[kind] = known.read_to
        return [one for one in arrivals if not isinstance(one, Watermark)]

    def _tell(self, tally: Counter[str], accepted: list[Arrival], late: list[Arrival], refused: list[Rejected]) -> None:
        rejected = Counter([f"rejected.{one.reason}" for one in refused])
        outcomes = rejected + Counter({ACCEPTED: len(accepted), BELATED: len(late)})
        tally.update(outcomes)
        tally["read"] += outcomes.total()
        tally["behind_clock"] += sum([time < self.clock for time in map(_time, accepted)])
        times = list(map(_event_time, accepted))
        self.began = min(times if self.began is None else [self.began, *times], default=None)

    def _take(self, arrival: Arrival) -> str:
        """Count the record in: ACCEPTED, BELATED, or the reason if it is refused."""
        event = arrival.event
        if type(event) is Exposure:
            return self._expose(arrival, event)
        return self._convert(arrival, event) if type(event) is Conversion else str(event)

    def _expose(self, arrival: Arrival, event: Exposure) -> str:
        arm = self._intake.exposure(arrival, event)
        if isinstance(arm, str):
            return arm
        time, x = event.time, arm.x
        if arrival.time > time + x.lateness:
            self._units.count(arm.number, LATE, 1)
            return BELATED
        self._units.enter(event.unit, arm, time, x.covariates_at(event.attributes) if x.covariates else ())
        return ACCEPTED

    def _convert(self, arrival: Arrival, event: Conversion) -> str:
        use = self._intake.conversion(arrival, event)
        if isinstance(use, str):
            return use
        time, barred = event.time, use.barred
        if use.numbers and arrival.time > time + use.patience:
            late = self._late(arrival, time, use.numbers)
            if len(late) == len(use.numbers):
                return BELATED
            barred |= late
        if event.target is not None:
            self.tallies["conversions"]["unused"] += not use.named
            self._units.reverse(event.unit, Reversal(event.target, time, arrival.time, barred))
        elif use.named:
            self._units.convert(event.unit, Copy(event.identity, time, event.event, worth(event.value), barred))
        else:
            self.tallies["conversions"]["unused"] += 1
        return ACCEPTED

    def _late(self, arrival: Arrival, time: int, numbers: Iterable[int]) -> frozenset[int]:
        """The experiments for which a conversion comes too late; it is counted there."""
        late = frozenset(n for n in numbers if arrival.time > time + self._experiments[n].lateness)
        for number in late:
            self._units.count(number, LATE, 1)
        return late
