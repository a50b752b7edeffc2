"""Each treatment against the control, metric by metric: estimate, interval, evidence, tests, and when they fired."""

from collections.abc import Iterator

from stats.evidence import p_always_valid
from streams.core.arms import arms, row
from streams.core.cells import Block, Matrix
from streams.core.definition import Experiment, Metric
from streams.core.nulls import null_in_words
from streams.core.outcomes.base import Object
from streams.core.shown import known, number
from streams.core.state import State
from streams.core.status import Statuses
from streams.core.times import format_instant
from streams.core.tracks import HALVES, Track, tracks


def contrasts(x: Experiment, state: State, cells: list[int]) -> Iterator[Object]:
    """One object per metric and treatment, for a decision's evidence."""
    looks, statuses = row(cells), Statuses(x, frozenset(map(int, state.crossings)))
    for m, metric in enumerate(x.metrics):
        for variant in x.treatments:
            shown, by_arm = known.tell(x, m, variant, cells), arms(x, m, looks)
            yield {
                "id": metric.spec.id,
                "variant": x.variants[variant],
                "method": metric.method,
                "n": [by_arm[x.control]["matured"], by_arm[variant]["matured"]],
                "estimate": shown.estimate,
                "lower": shown.interval[0],
                "upper": shown.interval[1],
                "relative": shown.relative,
                "status": statuses.matured(m, variant),
                "cells": {x.variants[v]: _cells(x.layout.metrics[m], v, looks) for v in (x.control, variant)},
                "tests": _tests(x, state, m, variant, crossing=True),
            }


def contrast_point(x: Experiment, state: State, m: int, variant: int, looks: Matrix) -> Object:
    """What the plots show of a contrast at one look."""
    shown, own = known.tell(x, m, variant, looks[0]), _find(x, m, variant, x.metrics[m].spec.test)
    evidence = evidence_of(state, own)
    early = _find(x, m, variant, "early") if x.metrics[m].has_early else None
    return {
        "estimate": shown.estimate,
        "lower": shown.interval[0],
        "upper": shown.interval[1],
        "log_e": evidence["log_e"],
        "p": evidence["p_always_valid"],
        "harm_p": evidence_of(state, _find(x, m, variant, "harm"))["p_always_valid"],
        "early_log_e": None if early is None else state.log_e[early],
    }


def versus_control(x: Experiment, state: State, statuses: Statuses, m: int, variant: int, looks: Matrix) -> Object:
    """A metric of a treatment against the control, for the experiment object."""
    metric, shown = x.metrics[m], known.tell(x, m, variant, looks[0])
    return {
        "method": metric.method,
        "estimate": shown.estimate,
        "lower": shown.interval[0],
        "upper": shown.interval[1],
        "relative": shown.relative,
        "relative_lower": shown.relative_interval[0],
        "relative_upper": shown.relative_interval[1],
        **evidence_of(state, _find(x, m, variant, metric.spec.test)),
        "status": statuses.matured(m, variant),
        **fired(state, _find(x, m, variant, _declares(metric))),
        "tests": _tests(x, state, m, variant),
        "fixed_sample": dict(zip(("z", "p"), shown.fixed_sample, strict=True)),
    }


def early(x: Experiment, state: State, statuses: Statuses, m: int, variant: int) -> Object:
    """The reading that counts a conversion when it comes."""
    halves = [_find(x, m, variant, kind) for kind in ("early_better", "early_worse")]
    first = min(halves, key=lambda i: state.crossings[str(i)].clock if str(i) in state.crossings else float("inf"))
    return {
        **evidence_of(state, _find(x, m, variant, "early")),
        "status": statuses.early(m, variant),
        **fired(state, first),
    }


def _tests(x: Experiment, state: State, m: int, variant: int, *, crossing: bool = False) -> list[Object]:
    """Of the matured reading; with crossings, so that all can be recounted, also those of the early one."""
    own = [(i, t) for i, t in enumerate(tracks(x)) if (t.metric, t.variant) == (m, variant) and declares_alone(t)]
    readings = ("matured", "early") if crossing else ("matured",)
    told = [(i, t) for reading in readings for i, t in own if t.reading == reading]
    return [_test(x, state, i, track, crossing=crossing) for i, track in told]


def declares_alone(track: Track) -> bool:
    """Whether a track is told as a test of its own: of the early reading the halves, of the matured one the whole."""
    return (track.reading == "early") == (track.kind in HALVES)


def _test(x: Experiment, state: State, i: int, track: Track, *, crossing: bool) -> Object:
    """A two-sided test is declared by its half: that is what its threshold and `best_log_e` speak of."""
    declares = _find(x, track.metric, track.variant, "better") if track.kind == "superiority" else i
    out = {
        "kind": track.kind,
        "null": null_in_words(x.metrics[track.metric], track.kind),
        "reading": track.reading,
        "alpha": track.alpha,
        "threshold": number(tracks(x)[declares].threshold),
        **evidence_of(state, i),
        "best_log_e": state.best[declares],
        **fired(state, declares),
    }
    if crossing:
        out["crossing"] = crossing_of(state, declares)
    return out


def crossing_of(state: State, i: int) -> Object | None:
    """What was seen when a track reached its threshold."""
    crossing = state.crossings.get(str(i))
    if crossing is None:
        return None
    return {
        "offsets": crossing.offsets,
        "clock": {p: format_instant(clock) for p, clock in crossing.clocks.items()},
        "cells": crossing.cells,
        "log_e": crossing.log_e,
    }


def _declares(metric: Metric) -> str:
    return "better" if metric.spec.test == "superiority" else metric.spec.test


def _find(x: Experiment, m: int, variant: int, kind: str) -> int:
    return next(i for i, t in enumerate(tracks(x)) if (t.metric, t.variant, t.kind) == (m, variant, kind))


def evidence_of(state: State, i: int) -> Object:
    """Where a track stands and how high it has been."""
    highest = state.max_log_e[i]
    return {"log_e": state.log_e[i], "max_log_e": highest, "p_always_valid": float(p_always_valid(highest))}


def fired(state: State, i: int) -> Object:
    """When a track reached its threshold."""
    crossing = state.crossings.get(str(i))
    if crossing is None:
        return {"fired_at_units": None, "fired_at": None}
    return {"fired_at_units": crossing.units, "fired_at": format_instant(crossing.clock)}


def _cells(block: Block, variant: int, looks: Matrix) -> Object:
    """Cells of one variant, by phase."""
    return {name: [int(n) for n in block.field(looks, name)[0][:, variant]] for name in block.fields}
