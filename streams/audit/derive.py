"""A decision derived anew from the cells it records: evidence, thresholds, statuses, verdict, reasons, its very bytes.

What a single look can't tell is taken from the record, and `evidence` checks what can be checked of it: maxima over
looks, first crossings, and whether no exposure came for long.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from streams.audit.chain import Record
from streams.core.abreast import adjusted, evidence
from streams.core.arms import row
from streams.core.decision import decide
from streams.core.definition import Experiment
from streams.core.gates import gates, units_in
from streams.core.look import Look
from streams.core.policy import judge
from streams.core.state import Crossing, Decided, Judgement, State
from streams.core.status import Statuses
from streams.core.times import parse_instant
from streams.core.topology import CONVERSIONS, EXPOSURES
from streams.core.tracks import SRM, tracks

Object = dict[str, Any]


def derived(x: Experiment, record: Record, before: Record | None, cells: list[int]) -> Object:
    """The decision that must have been made from these cells."""
    look, state = look_of(record.said["evidence"], cells), state_of(x, record, cells)
    said = record.said["verdict"]
    gate = next(gates(x, state, [look], silence=False))._replace(silent=said == "no_data", behind=said == "held")
    statuses = Statuses(x, frozenset(map(int, state.crossings)))
    judgement = judge(x, statuses, gate, _judgement(before))
    event: Object = msgspec.json.decode(
        decide(x, msgspec.structs.replace(state, judgement=judgement), look, statuses)[1]
    )
    return event


def look_of(evidence_: Object, cells: list[int]) -> Look:
    """What was seen, and where."""
    offsets = evidence_["offsets"]
    by_partition = {p: (offset, offsets[CONVERSIONS][p]) for p, offset in offsets[EXPOSURES].items()}
    return Look(by_partition, _clocks(evidence_["clock"]), cells)


def state_of(x: Experiment, record: Record, cells: list[int]) -> State:
    """What the evaluation must have remembered."""
    said, log_e = record.said, evidence([x], [row(cells)])
    highest, best = log_e[0].copy(), adjusted([x], log_e, log_e)[0]
    highest[SRM] = said["evidence"]["srm"]["max_log_e"]
    for own, declares, _, test in tests_of(x, record):
        highest[own], best[declares] = test["max_log_e"], test["best_log_e"]
    return State(
        config_hash=x.config_hash,
        epoch=x.epoch,
        log_e=log_e[0].tolist(),
        max_log_e=highest.tolist(),
        best=best.tolist(),
        crossings=_crossings(x, record),
        decided=None if record.seq == 1 else Decided("", record.seq - 1, 0, said["previous_hash"]),  # see `chain`
    )


def tests_of(x: Experiment, record: Record) -> Iterator[tuple[int, int, str, Object]]:
    """Every test of a record: its track, the track that declares, its name, and what is told."""
    places = {(x.metrics[t.metric].spec.id, x.variants[t.variant], t.kind): i for i, t in enumerate(tracks(x)) if i}
    for contrast in record.said["evidence"]["metrics"]:
        for test in contrast["tests"]:
            metric, variant, kind = contrast["id"], contrast["variant"], test["kind"]
            declares = "better" if kind == "superiority" else kind
            if (metric, variant, kind) in places:
                own = places[metric, variant, kind]
                yield own, places[metric, variant, declares], f"{metric} {variant} {kind}", test


def crossing_of(x: Experiment, told: Object) -> Crossing:
    """A first crossing as the evaluation remembers it."""
    clocks = _clocks(told["clock"])
    offsets = {p: (pair[0], pair[1]) for p, pair in told["offsets"].items()}
    return Crossing(min(clocks.values()), units_in(x, told["cells"]), told["log_e"], offsets, clocks, told["cells"])


def _crossings(x: Experiment, record: Record) -> dict[str, Crossing]:
    told = {str(i): test["crossing"] for _, i, _, test in tests_of(x, record)}
    told[str(SRM)] = record.said["evidence"]["srm"]["crossing"]
    return {i: crossing_of(x, crossing) for i, crossing in told.items() if crossing is not None}


def _clocks(told: dict[str, str]) -> dict[str, int]:
    return {p: parse_instant(clock) for p, clock in told.items()}


def _judgement(before: Record | None) -> Judgement:
    if before is None:
        return Judgement()
    said = before.said
    return Judgement(said["verdict"], said["action"], said["variant"], tuple(said["reasons"]))
