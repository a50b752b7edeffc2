"""Whether the evidence of a decision follows from its cells, and agrees with the decision before."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from streams.audit.chain import Record
from streams.audit.derive import crossing_of, derived, state_of, tests_of
from streams.audit.differences import NEAR, differences, same
from streams.core.abreast import adjusted, any_primary, evidence
from streams.core.arms import row
from streams.core.definition import Experiment
from streams.core.tracks import SRM, tracks

HASH = "data/evidence/state_hash"  # of all cells, also of those that only a recount tells

Object = dict[str, Any]


def flaws(x: Experiment, record: Record, before: Record | None, cells: list[int]) -> list[str]:
    """What does not follow; empty if all does."""
    try:
        return list(_flaws(x, record, before, cells))
    except ValueError as error:  # of statistics that are asked about what no units can have done
        return [f"cells are impossible: {error}"]


def _flaws(x: Experiment, record: Record, before: Record | None, cells: list[int]) -> Iterator[str]:
    yield from _differing(record, derived(x, record, before, cells))
    yield from _reached(x, record, cells)
    yield from _crossings(x, record, cells)
    yield from _split(x, record, before)
    yield from _fallen(x, record, before)


def _differing(record: Record, anew: Object) -> Iterator[str]:
    return (one for one in differences(record.event, anew) if not one.startswith(HASH))


def _reached(x: Experiment, record: Record, cells: list[int]) -> Iterator[str]:
    """A crossing is there if and only if the best evidence is as high as the threshold."""
    state = state_of(x, record, cells)
    best = any_primary([x], np.array([state.best]))[0]
    for _, declares, name, test in tests_of(x, record):
        threshold, there = tracks(x)[declares].threshold, test["crossing"] is not None
        if there != bool(best[declares] >= threshold):
            wanted = "no crossing" if there else "a crossing"
            yield f"{name}: best_log_e {test['best_log_e']} and threshold {threshold} call for {wanted}"


def _crossings(x: Experiment, record: Record, cells: list[int]) -> Iterator[str]:
    """The evidence of every first crossing follows from the cells of that look, and is the best there has been then."""
    for _, declares, name, test in tests_of(x, record):
        if test["crossing"] is None:
            continue
        told = crossing_of(x, test["crossing"])
        log_e = evidence([x], [row(told.cells)])
        best = float(adjusted([x], log_e, log_e)[0][declares])
        wrong = not same(best, told.log_e) and (best > told.log_e or _settled(x, test["kind"]))
        if wrong or told.log_e < tracks(x)[declares].threshold:
            yield f"{name}, crossing: recorded log_e {told.log_e}, derived {best}, threshold {test['threshold']}"
        if told.cells == cells and not same(test["best_log_e"], told.log_e):
            yield f"{name}: recorded best_log_e {test['best_log_e']}, but it crosses at this look with {told.log_e}"


def _split(x: Experiment, record: Record, before: Record | None) -> Iterator[str]:
    """The same of the evidence that units are not split as declared; a share that is off by little holds it back."""
    srm = record.said["evidence"]["srm"]
    past = None if before is None else before.said["evidence"]["srm"]["crossing"]
    if past not in (None, srm["crossing"]):
        yield f"srm: the first crossing is not the one of seq {before.seq if before else 0}"
    if srm["crossing"] is None:
        return
    told, threshold = crossing_of(x, srm["crossing"]), tracks(x)[SRM].threshold
    log_e = float(evidence([x], [row(told.cells)])[0][SRM])
    if not threshold <= log_e <= told.log_e + NEAR or told.log_e > srm["max_log_e"]:
        yield f"srm, crossing: recorded log_e {told.log_e}, derived {log_e}, threshold {threshold}"


def _settled(x: Experiment, kind: str) -> bool:
    """Whether the look of a crossing alone says how high the evidence was, not what other tests had reached before."""
    primaries = sum(metric.spec.role == "primary" for metric in x.metrics)
    return x.spec.statistics.multiplicity != "holm" and not (kind == "harm" and primaries > 1)


def _fallen(x: Experiment, record: Record, before: Record | None) -> Iterator[str]:
    """Maxima never fall, neither below the present nor below the decision before; a first crossing stays as it is."""
    earlier = {} if before is None else {name: test for _, _, name, test in tests_of(x, before)}
    for _, _, name, test in tests_of(x, record):
        past = earlier.get(name, {"max_log_e": 0.0, "best_log_e": 0.0, "crossing": None})
        lowest = max(past["max_log_e"], test["log_e"])
        if test["max_log_e"] < lowest:
            yield f"{name}: max_log_e is {test['max_log_e']}, but {lowest} had been reached"
        if test["best_log_e"] < past["best_log_e"]:
            yield f"{name}: best_log_e is {test['best_log_e']}, but {past['best_log_e']} had been reached"
        if past["crossing"] not in (None, test["crossing"]):
            yield f"{name}: the first crossing is not the one of seq {before.seq if before else 0}"
