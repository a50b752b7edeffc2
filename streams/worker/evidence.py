"""What the evidence topic says of an experiment: the object the API serves, and one point of its plots."""

from typing import Any

import msgspec

from streams.core import decision, report
from streams.core.definition import Experiment, Metric
from streams.core.look import present
from streams.core.state import State
from streams.core.times import format_instant
from streams.core.tracks import SRM, tracks

FINEST_MS = 1_000  # between two points of a plot
POINTS = 1_000  # of a run, before the points are put twice as far apart

Json = dict[str, Any]


def current(x: Experiment, state: State) -> Json:
    """The experiment object, with what a page needs to show it."""
    now = present(state)
    return {
        "experiment_id": x.id,
        "epoch": x.epoch,
        "config_hash": x.config_hash,
        **report.experiment_object(x, state, now.cells, now.clock),
        "reasons": list(state.judgement.reasons),
        "offsets": decision.offsets(now.offsets),
        "decision": _decision(state),
        "last_exposure": format_instant(state.exposed[1]) if state.exposed[0] else None,
        "about": _about(x),
    }


def point(x: Experiment, state: State) -> Json:
    """One point of the plots."""
    now = present(state)
    return report.point(x, state, now.cells, now.clock)


def bucket(x: Experiment, clock: int) -> int:
    """Start of the stretch of a plot that has one point; the older the experiment, the longer the stretch."""
    age = clock - (x.effective_from or 0)
    width = FINEST_MS << max(0, age // (FINEST_MS * POINTS)).bit_length()
    return clock // width * width


def _decision(state: State) -> Json | None:
    last, said = state.decided, state.judgement
    if last is None:
        return None
    return {
        "id": last.id,
        "seq": last.seq,
        "time": format_instant(last.clock),
        "verdict": said.verdict,
        "action": said.action,
    }


def _about(x: Experiment) -> Json:
    meta, assignment = x.spec.metadata, x.spec.assignment
    return {
        **{name: getattr(meta, name) for name in ("name", "team", "surface", "runbook")},
        "owner": {"name": meta.owner.name, "contact": meta.owner.contact},
        "hypothesis": x.spec.hypothesis,
        "alpha": x.spec.statistics.alpha,
        "srm_threshold": tracks(x)[SRM].threshold,
        "variants": [{"key": v.key, "role": v.role, "weight": v.weight} for v in assignment.variants],
        "metrics": {metric.spec.id: _metric(metric) for metric in x.metrics},
    }


def _metric(metric: Metric) -> Json:
    spec, margin = metric.spec, metric.spec.margin
    return {
        **{name: getattr(spec, name) for name in ("role", "type", "direction", "test")},
        "margin": None
        if margin is None
        else {kind: size for kind, size in msgspec.structs.asdict(margin).items() if size},
        "alpha": metric.design.alpha,
    }
