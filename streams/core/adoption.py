"""Taking over what the log of decisions says: there the first record of a number counts, whatever somebody remembers.

A worker that was paused wakes up with old memory and may write it down, in the table or even as a decision that comes
too late. So an evaluator that takes over holds what it was left against the log: what is there was decided, what is not
was not.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from streams.core.decision import TOPICS
from streams.core.definition import Experiment
from streams.core.evaluation import begin
from streams.core.gates import units_in
from streams.core.state import Crossing, Decided, Judgement, Part, State
from streams.core.times import parse_instant
from streams.core.tracks import SRM, tracks

Object = dict[str, Any]


class Ruling(NamedTuple):
    """A decision as it lies in the log."""

    event: Object
    hash: str

    @classmethod
    def of(cls, record: bytes) -> "Ruling":
        """Of a record's bytes."""
        return cls(msgspec.json.decode(record), hashlib.sha256(record).hexdigest())

    @property
    def said(self) -> Object:
        """What is decided."""
        said: Object = self.event["data"]
        return said


def reconcile(
    x: Experiment, state: State | None, outbox: Sequence[bytes], last: bytes | None
) -> tuple[State | None, list[bytes]]:
    """What is remembered, held against the last decision that counts, if there is one.

    Returns:
        The state, and what of the outbox goes out now: decisions that follow the last one and are not in the log.
    """
    if last is None:
        return state, [*outbox]
    ruling = Ruling.of(last)
    unsent = [one for one in outbox if Ruling.of(one).said["seq"] > ruling.said["seq"]]
    if state is not None and _knows(state, unsent, ruling):
        return state, unsent
    return adopt(x, state or begin(x), ruling), []


def _knows(state: State, unsent: Sequence[bytes], ruling: Ruling) -> bool:
    """Whether the state comes from that decision, by way of what has not been sent."""
    if unsent:
        return bool(Ruling.of(unsent[0]).said["previous_hash"] == ruling.hash)
    return state.decided is not None and state.decided.hash == ruling.hash


def adopt(x: Experiment, state: State, ruling: Ruling) -> State:
    """The state once that decision is the last one: its judgement stands, and what it had seen was seen."""
    said, clock = ruling.said, parse_instant(ruling.event["time"])
    clocks, offsets = _versions(said["evidence"])
    judgement = Judgement(said["verdict"], said["action"], said["variant"], tuple(said["reasons"]))
    highest, best, crossings = [*state.max_log_e], [*state.best], dict(state.crossings)
    for own, declares, test in _tests(x, said["evidence"]):
        highest[own] = max(highest[own], test["max_log_e"])
        best[declares] = max(best[declares], test["best_log_e"])
        if test["crossing"] is not None:
            crossings[str(declares)] = _crossing(x, test["crossing"])
    return replace(
        state,
        parts={partition: Part(offsets[partition], at, []) for partition, at in clocks.items()},
        judgement=judgement,
        decided=Decided(ruling.event["id"], said["seq"], clock, ruling.hash),
        stopped_at=(state.stopped_at or clock) if judgement.latched else None,
        max_log_e=highest,
        best=best,
        crossings=crossings,
    )


def _versions(evidence: Object) -> tuple[dict[str, int], dict[str, tuple[int, int]]]:
    """Clock and next offsets of every partition that was seen; the cells come with its next counts."""
    first, second = (evidence["offsets"][topic] for topic in TOPICS.values())
    return _clocks(evidence), {partition: (offset, second[partition]) for partition, offset in first.items()}


def _clocks(told: Object) -> dict[str, int]:
    return {partition: parse_instant(clock) for partition, clock in told["clock"].items()}


def _tests(x: Experiment, evidence: Object) -> Iterator[tuple[int, int, Object]]:
    """Every test of a decision, that of the split first: its track, and the one that declares it."""
    yield SRM, SRM, evidence["srm"] | {"best_log_e": evidence["srm"]["max_log_e"]}
    places = {(x.metrics[t.metric].spec.id, x.variants[t.variant], t.kind): i for i, t in enumerate(tracks(x)) if i}
    for contrast in evidence["metrics"]:
        for test in contrast["tests"]:
            who, kind = (contrast["id"], contrast["variant"]), test["kind"]
            yield places[*who, kind], places[*who, "better" if kind == "superiority" else kind], test


def _crossing(x: Experiment, told: Object) -> Crossing:
    clocks = _clocks(told)
    offsets = {partition: (pair[0], pair[1]) for partition, pair in told["offsets"].items()}
    return Crossing(min(clocks.values()), units_in(x, told["cells"]), told["log_e"], offsets, clocks, told["cells"])
