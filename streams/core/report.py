"""What is told of an experiment: the object of a replay's report, of the API and of the evidence topic."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from stats.evidence import p_always_valid
from streams.core import means, proportions, sizes
from streams.core.cells import EXCLUDED, Block, Matrix, index
from streams.core.definition import Experiment, Metric
from streams.core.events import MICRO
from streams.core.nulls import null_in_words
from streams.core.shown import Shown, number
from streams.core.state import Crossing, State
from streams.core.status import Statuses
from streams.core.times import format_instant
from streams.core.tracks import HALVES, SRM, Track, tracks

Object = dict[str, Any]


def experiment_object(x: Experiment, state: State, totals: list[int], clock: int | None) -> Object:
    """The experiment object of the contracts.

    Args:
        x: the experiment.
        state: its evaluation.
        totals: cells summed over the partitions.
        clock: the instant (ms) all partitions have reached, or None before any look.
    """
    said = state.judgement
    return {
        "verdict": said.verdict or "warming_up",
        "action": said.action,
        "variant": said.variant,
        "clock": _instant(clock),
        "stopped_at": _instant(state.stopped_at),
        "excluded": {name: totals[index(name)] for name in EXCLUDED},
        "duplicate": totals[index("duplicate")],
        "repeat_exposure": totals[index("repeat_exposure")],
        "srm": sample_ratio(state),
        "metrics": _metrics(x, state, totals),
    }


def sample_ratio(state: State) -> Object:
    """Evidence against the declared split."""
    return _evidence(state, SRM) | _fired(state, SRM)


def totals(x: Experiment, cells: list[int]) -> Object:
    """Units and exclusions by name."""
    looks = _row(cells)
    entered = x.layout.units.field(looks, "entered")[0].sum(axis=0)
    matured = x.layout.metrics[0].field(looks, "matured")[0].sum(axis=0)
    return {
        "units": dict(zip(x.variants, map(int, entered), strict=True)),
        "matured": dict(zip(x.variants, map(int, matured), strict=True)),
        "excluded": {name: cells[index(name)] for name in EXCLUDED},
        "duplicate": cells[index("duplicate")],
    }


def contrasts(x: Experiment, state: State, cells: list[int]) -> Iterator[Object]:
    """One object per metric and treatment, for a decision's evidence."""
    looks, statuses = _row(cells), Statuses(x, frozenset(map(int, state.crossings)))
    for m, metric in enumerate(x.metrics):
        for variant in x.treatments:
            shown, by_arm = _show(x, m, variant, looks), _arms(x, m, looks)
            yield {
                "id": metric.spec.id,
                "variant": x.variants[variant],
                "method": sizes.method(x, metric),
                "n": [by_arm[x.control]["matured"], by_arm[variant]["matured"]],
                "estimate": shown.estimate,
                "lower": shown.interval[0],
                "upper": shown.interval[1],
                "relative": shown.relative,
                "status": statuses.matured(m, variant),
                "cells": {x.variants[v]: _cells(x.layout.metrics[m], v, looks) for v in (x.control, variant)},
                "tests": _tests(x, state, m, variant, crossing=True),
            }


def point(x: Experiment, state: State, totals: list[int], clock: int) -> Object:
    """One point of the plots."""
    looks = _row(totals)
    entered = x.layout.units.field(looks, "entered")[0].sum(axis=0)
    return {
        "t": clock,
        "units": dict(zip(x.variants, map(int, entered), strict=True)),
        "srm_log_e": state.log_e[SRM],
        "metrics": {
            metric.spec.id: {x.variants[v]: _contrast_point(x, state, m, v, looks) for v in x.treatments}
            for m, metric in enumerate(x.metrics)
        },
    }


def _contrast_point(x: Experiment, state: State, m: int, variant: int, looks: Matrix) -> Object:
    shown, own = _show(x, m, variant, looks), _find(x, m, variant, x.metrics[m].spec.test)
    evidence = _evidence(state, own)
    early = _find(x, m, variant, "early") if x.metrics[m].exact else None
    return {
        "estimate": shown.estimate,
        "lower": shown.interval[0],
        "upper": shown.interval[1],
        "log_e": evidence["log_e"],
        "p": evidence["p_always_valid"],
        "harm_p": _evidence(state, _find(x, m, variant, "harm"))["p_always_valid"],
        "early_log_e": None if early is None else state.log_e[early],
    }


def _metrics(x: Experiment, state: State, totals: list[int]) -> Object:
    looks, statuses = _row(totals), Statuses(x, frozenset(map(int, state.crossings)))
    return {
        metric.spec.id: {
            x.variants[v]: arm
            | {
                "vs_control": None if v == x.control else _versus(x, state, statuses, m, v, looks),
                "early": None if v == x.control or not metric.exact else _early(x, state, statuses, m, v),
            }
            for v, arm in enumerate(_arms(x, m, looks))
        }
        for m, metric in enumerate(x.metrics)
    }


def _versus(x: Experiment, state: State, statuses: Statuses, m: int, variant: int, looks: Matrix) -> Object:
    metric, shown = x.metrics[m], _show(x, m, variant, looks)
    return {
        "method": sizes.method(x, metric),
        "estimate": shown.estimate,
        "lower": shown.interval[0],
        "upper": shown.interval[1],
        "relative": shown.relative,
        "relative_lower": shown.relative_interval[0],
        "relative_upper": shown.relative_interval[1],
        **_evidence(state, _find(x, m, variant, metric.spec.test)),
        "status": statuses.matured(m, variant),
        **_fired(state, _find(x, m, variant, _declares(metric))),
        "tests": _tests(x, state, m, variant),
        "fixed_sample": dict(zip(("z", "p"), shown.fixed_sample, strict=True)),
    }


def _early(x: Experiment, state: State, statuses: Statuses, m: int, variant: int) -> Object:
    halves = [_find(x, m, variant, kind) for kind in ("early_better", "early_worse")]
    first = min(halves, key=lambda i: state.crossings[str(i)].clock if str(i) in state.crossings else float("inf"))
    return {
        **_evidence(state, _find(x, m, variant, "early")),
        "status": statuses.early(m, variant),
        **_fired(state, first),
    }


def _tests(x: Experiment, state: State, m: int, variant: int, *, crossing: bool = False) -> list[Object]:
    own = [(i, t) for i, t in enumerate(tracks(x)) if (t.metric, t.variant, t.reading) == (m, variant, "matured")]
    return [_test(x, state, i, track, crossing=crossing) for i, track in own if track.kind not in HALVES]


def _test(x: Experiment, state: State, i: int, track: Track, *, crossing: bool) -> Object:
    """A two-sided test is declared by its half: that is what its threshold and `best_log_e` speak of."""
    declares = _find(x, track.metric, track.variant, "better") if track.kind == "superiority" else i
    out = {
        "kind": track.kind,
        "null": null_in_words(x.metrics[track.metric], track.kind),
        "reading": track.reading,
        "alpha": track.alpha,
        "threshold": number(tracks(x)[declares].threshold),
        **_evidence(state, i),
        "best_log_e": state.best[declares],
        **_fired(state, declares),
    }
    if crossing:
        out["crossing"] = _crossing(state.crossings.get(str(declares)))
    return out


def _crossing(crossing: Crossing | None) -> Object | None:
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


def _evidence(state: State, i: int) -> Object:
    highest = state.max_log_e[i]
    return {"log_e": state.log_e[i], "max_log_e": highest, "p_always_valid": float(p_always_valid(highest))}


def _fired(state: State, i: int) -> Object:
    crossing = state.crossings.get(str(i))
    if crossing is None:
        return {"fired_at_units": None, "fired_at": None}
    return {"fired_at_units": crossing.units, "fired_at": format_instant(crossing.clock)}


def _show(x: Experiment, m: int, variant: int, looks: Matrix) -> Shown:
    show = proportions.show if x.metrics[m].exact else means.show
    return show(x, m, variant, looks)


def _arms(x: Experiment, m: int, looks: Matrix) -> list[Object]:
    """Totals of every variant over the phases."""
    metric, block = x.metrics[m], x.layout.metrics[m]
    units = x.layout.units.field(looks, "entered")[0].sum(axis=0)
    total = {name: block.field(looks, name)[0].sum(axis=0) for name in block.fields}
    converted = total["matured_converted" if metric.exact else "converted"]
    sums = [c if metric.exact else s / MICRO for c, s in zip(converted, total.get("sum", converted), strict=True)]
    columns = zip(units, total["matured"], converted, sums, strict=True)
    return [_arm(int(n), int(matured), int(conversions), sum_) for n, matured, conversions, sum_ in columns]


def _arm(units: int, matured: int, conversions: int, sum_: float) -> Object:
    mean = sum_ / matured if matured else None
    return {"units": units, "matured": matured, "conversions": conversions, "sum": sum_, "mean": mean}


def _cells(block: Block, variant: int, looks: Matrix) -> Object:
    """Cells of one variant, by phase."""
    return {name: [int(n) for n in block.field(looks, name)[0][:, variant]] for name in block.fields}


def _row(totals: list[int]) -> Matrix:
    return np.array([totals], dtype=object)


def _instant(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else format_instant(milliseconds)
