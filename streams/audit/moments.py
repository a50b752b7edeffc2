"""The moments a decision speaks of, its own and those of its first crossings, recounted from the source."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from streams.audit.chain import Record
from streams.audit.counting.definitions import Experiment
from streams.audit.counting.log import Log
from streams.audit.counting.recount import Counts, recount
from streams.audit.sources import Source
from streams.core.times import parse_instant
from streams.core.topology import CONVERSIONS, EXPOSURES

Object = dict[str, Any]


class Seen(NamedTuple):
    """Offsets and clock of one source partition."""

    partition: str
    exposures: int
    conversions: int
    clock: int

    @property
    def ends(self) -> dict[str, int]:
        """Next offset by topic."""
        return {EXPOSURES: self.exposures, CONVERSIONS: self.conversions}


class Moment(NamedTuple):
    """An experiment at one look."""

    experiment: str
    seen: tuple[Seen, ...]


class Sourced(NamedTuple):
    """What the source says.

    Attributes:
        counts: by moment, summed over the partitions.
        conserved: of each log the records that must be there, and what became of those that are.
        began: the smallest time of an accepted event.
    """

    counts: Mapping[Moment, Counts]
    conserved: Mapping[str, tuple[int, Counter[str]]]
    began: int | None


def of_decision(record: Record) -> Moment:
    """The moment of a decision."""
    told, offsets = record.said["evidence"]["clock"], record.said["evidence"]["offsets"]
    seen = (Seen(p, offsets[EXPOSURES][p], offsets[CONVERSIONS][p], parse_instant(told[p])) for p in sorted(told))
    return Moment(record.said["experiment_id"], tuple(seen))


def of_crossing(experiment: str, crossing: Object) -> Moment:
    """The moment at which a threshold was reached."""
    offsets, told = crossing["offsets"], crossing["clock"]
    seen = (Seen(p, offsets[p][0], offsets[p][1], parse_instant(told[p])) for p in sorted(told))
    return Moment(experiment, tuple(seen))


def crossings(record: Record) -> Iterator[tuple[str, Object]]:
    """Every first crossing of a decision, and what it is called."""
    srm = record.said["evidence"]["srm"]
    if srm["crossing"] is not None:
        yield "crossing of srm", srm["crossing"]
    for contrast in record.said["evidence"]["metrics"]:
        for test in contrast["tests"]:
            if test["crossing"] is not None:
                yield f"crossing of {contrast['id']} {contrast['variant']} {test['kind']}", test["crossing"]


def of(record: Record) -> list[Moment]:
    """All of them."""
    return [of_decision(record), *(of_crossing(record.said["experiment_id"], one) for _, one in crossings(record))]


def recounted(source: Source, experiments: Mapping[str, Experiment], moments: Sequence[Moment]) -> Sourced:
    """Read the source once, one partition after the other."""
    counts: dict[Moment, Counts] = {moment: Counter() for moment in moments}
    conserved: dict[str, tuple[int, Counter[str]]] = {}
    began = None
    for part in source.parts(_needed(moments)):
        log, outcomes = Log(experiments), {name: Counter[str]() for name in part.consumed}
        for name, record in part.records:
            outcomes[name][log.take(record)] += 1
        conserved |= {name: (consumed, outcomes[name]) for name, consumed in part.consumed.items()}
        began = log.began if began is None or log.began is None else min(began, log.began)
        _count(counts, experiments, part.partition, log)
    return Sourced(counts, conserved, began)


def _needed(moments: Iterable[Moment]) -> dict[str, dict[str, int]]:
    """The highest offsets by partition and topic."""
    needed: dict[str, dict[str, int]] = {}
    for moment in moments:
        for seen in moment.seen:
            ends = needed.setdefault(seen.partition, {})
            ends |= {topic: max(end, ends.get(topic, 0)) for topic, end in seen.ends.items()}
    return needed


def _count(counts: dict[Moment, Counts], experiments: Mapping[str, Experiment], partition: str, log: Log) -> None:
    for moment, so_far in counts.items():
        for seen in moment.seen:
            if seen.partition == partition:
                x = experiments[moment.experiment]
                so_far.update(recount(x, log.below(x.id, seen.ends), log.began or 0, seen.clock))
