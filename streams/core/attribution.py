"""Unit state of one source partition: which unit entered where, and what it did; kept as sets, counted as cells.

The state is a function of the set of events below `offsets` and of the clock. A batch changes sets and marks units;
`counts` recounts the marked ones.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Any, NamedTuple

from streams.core.definition import Catalogue
from streams.core.events import KINDS, Arrival, Conversion, Exposure
from streams.core.intake import Intake
from streams.core.memory import NOBODY, Barred, Reversal
from streams.core.ordinary import Ordinary
from streams.core.recount import LATE, worth
from streams.core.sifting import ACCEPTED, Logged, Other, Sifted, sift
from streams.core.snapshot import Cut, Head, encode, fingerprint
from streams.core.units import Units
from streams.core.watermarks import Watermark, Watermarks

BELATED, HEARD = "late", "watermarks"  # neither accepted nor refused; what is late changes nothing

Judge = Callable[[Any, int, int], str]  # of what has arrived, its record time and its present: the outcome


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
        ordinary: counts events about which there is nothing special.
        tallies: by kind of source, records by outcome: read, accepted, late, unused, behind_clock, and rejected by
            `rejected.<reason>`; watermarks, which are no events, apart.
    """

    def __init__(self, catalogue: Catalogue, partition: int = 0, rekeyed: Collection[str] = ()) -> None:
        self.partition = partition
        self.offsets = dict.fromkeys(KINDS, 0)
        self.clock = 0
        self.tallies = {kind: Counter[str]() for kind in KINDS}
        self._intake = Intake(catalogue)
        self._experiments = self._intake.experiments
        self._read_to = dict.fromkeys(KINDS, 0)
        self._watermarks = {kind: Watermarks() for kind in rekeyed}
        self._texts = {name: name for name in self._intake.names}  # one object for a name, not one for each event
        self._units = Units(self._experiments)
        self.ordinary = Ordinary(self._intake, self._units)
        self._fingerprint = fingerprint(catalogue)

    @property
    def tally(self) -> Counter[str]:
        """Records of both sources by outcome."""
        return sum(self.tallies.values(), start=Counter[str]())

    @property
    def units(self) -> int:
        """Units in memory."""
        return len(self._units)

    def apply(self, kind: str, arrivals: Iterable[Arrival]) -> list[Other]:
        """Take a batch of one source that was decoded before; see `take`."""
        judge = self.judge(kind)
        return self.take(kind, arrivals, lambda one: judge(one.event, one.time, one.present))

    def take(self, kind: str, records: Iterable[Logged], judge: Callable[[Logged], str]) -> list[Other]:
        """Take a batch of one source in the order of its offsets; what lies below `offsets` was taken before.

        Args:
            kind: of the source.
            records: or what was made of them.
            judge: puts one into the state, by `ordinary` or `judge`; the outcome.

        Returns:
            What was rejected.
        """
        sifted = sift(records, self.offsets[kind], self.clock, judge)
        self.offsets[kind], others = sifted.end, sifted.others
        self._tell(self.tallies[kind], sifted, Counter([one.outcome for one in others]))
        self._read(kind, [sifted.latest, *(one.record.timestamp for one in others if one.outcome is BELATED)])
        return [one for one in others if one.outcome not in (BELATED, HEARD)]

    def judge(self, kind: str) -> Judge:
        """What puts events of a source into the state, whatever is special about them."""
        hear = partial(_hear, self._watermarks.get(kind, Watermarks()))
        judges: dict[type, Judge] = {Exposure: self._expose, Conversion: self._convert, Watermark: hear, str: _refuse}
        return lambda event, recorded, present: judges[type(event)](event, recorded, present)

    def advance(self, clock: int) -> None:
        """Both sources have been read up to this instant."""
        self.clock = max(self.clock, clock)

    def idle(self, kind: str, instant: int) -> None:
        """A source has been read up to this instant; of a re-keyed one only its watermarks can tell."""
        self._read(kind, [instant])

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

    def reserve(self, units: int) -> None:
        """So many units are to be loaded; before anything else."""
        self._units.reserve(units)

    def load(self, piece: bytes) -> None:
        """Take the units of a snapshot's piece; `resume` follows."""
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
        self.offsets, self.clock = head.offsets, head.clock
        self._read_to = head.read_to
        for kind in self._watermarks.keys() & head.watermarks.keys():
            self._watermarks[kind].hear(head.watermarks[kind])
        self.tallies = {kind: Counter(tally) for kind, tally in head.tallies.items()}
        self._units.resume(head.clock, head.cells, head.deeds)

    def _head(self) -> Head:
        return Head(
            catalogue=self._fingerprint,
            offsets=self.offsets,
            clock=self.clock,
            read_to=self._read_to,
            tallies={kind: dict(tally) for kind, tally in self.tallies.items()},
            cells=self._units.cells,
            units=len(self._units),
            deeds=self._units.deeds,
            watermarks={kind: marks.heard for kind, marks in self._watermarks.items()},
        )

    def _counts(self, number: int) -> Counts:
        x, offsets = self._experiments[number], (self.offsets[KINDS[0]], self.offsets[KINDS[1]])
        return Counts(
            x.id, x.epoch, x.config_hash, self.partition, offsets, self.clock, self._units.cells[number].copy()
        )

    def _read(self, kind: str, times: Iterable[int]) -> None:
        """A source has been read up to the latest of these; of a re-keyed one only its watermarks can tell."""
        known = self._watermarks.get(kind)
        self._read_to[kind] = max([self._read_to[kind], *times]) if known is None else known.read_to
        self.advance(min(self._read_to.values()))

    def _tell(self, tally: Counter[str], sifted: Sifted, others: Counter[str]) -> None:
        tally[ACCEPTED] += sifted.accepted
        tally["behind_clock"] += sifted.behind
        for outcome, count in others.items():
            tally[outcome if outcome in (BELATED, HEARD) else f"rejected.{outcome}"] += count
        tally["read"] += sifted.accepted + others.total() - others[HEARD]
        if self.ordinary.unused:
            tally["unused"], self.ordinary.unused = tally["unused"] + self.ordinary.unused, 0

    def _expose(self, event: Exposure, recorded: int, present: int) -> str:
        arm = self._intake.exposure(event, present)
        if isinstance(arm, str):
            return arm
        time, x = event.time, arm.x
        if recorded > time + x.lateness:
            self._units.count(arm.number, LATE, 1)
            return BELATED
        self._units.enter(event.unit, arm, time, x.covariates_at(event.attributes) if x.covariates else ())
        return ACCEPTED

    def _convert(self, event: Conversion, recorded: int, present: int) -> str:
        use = self._intake.conversion(event, present)
        if isinstance(use, str):
            return use
        numbers, named, barred, patience = use
        time = event.time
        if recorded > time + patience and numbers:
            late = self._late(recorded, time, numbers)
            if len(late) == len(numbers):
                return BELATED
            barred |= late
        if event.target is not None:
            self.ordinary.unused += not named
            self._units.reverse(event.unit, Reversal(event.target, time, recorded, barred))
        else:
            self._remember(event.unit, event.identity, time, self._texts.get(event.event), event.value, barred)
        return ACCEPTED

    def _remember(
        self, unit: int, identity: int, time: int, name: str | None, value: float | None, barred: Barred = NOBODY
    ) -> None:
        if name is None:
            self.ordinary.unused += 1
        else:
            self._units.convert(unit, identity, time, name, worth(value), barred)

    def _late(self, recorded: int, time: int, numbers: Iterable[int]) -> frozenset[int]:
        """The experiments for which a conversion comes too late; it is counted there."""
        late = frozenset(n for n in numbers if recorded > time + self._experiments[n].lateness)
        for number in late:
            self._units.count(number, LATE, 1)
        return late


def _refuse(reason: str, _recorded: int, _present: int) -> str:
    return reason


def _hear(known: Watermarks, mark: Watermark, _recorded: int, _present: int) -> str:
    known.hear(mark)
    return HEARD
