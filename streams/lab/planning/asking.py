"""Questions from options, or from definitions; an option given beside a definition takes its place."""

from collections.abc import Iterator
from dataclasses import replace
from math import sqrt
from pathlib import Path
from typing import Any

from streams.codecs.definitions import load
from streams.core.definition import Experiment
from streams.core.methods import USUAL
from streams.core.schema import DAY, HOUR, Metric, Schedule
from streams.core.validation import DefinitionError, Problem
from streams.lab.planning.options import Given, refused
from streams.lab.planning.question import Arm, Question

WINDOW, LATENESS = DAY, HOUR // 12  # of a definition that says nothing
OUTCOMES = {"binary": "yes_no", "mean": "amount"}
NEEDED = "baseline", "mde", "units_per_day"
WHERE = {
    "baseline": "baseline: {mean: 0.12}",
    "mde": "mde: {relative: 0.05}",
    "units_per_day": "planning: {units_per_day: 20000}",
}
OWN = "baseline", "mde", "units_per_day", "sd", "cap", "alpha", "beta", "max_runtime", "method"
FOREIGN = "type", "weights", "decrease"


def of_options(given: Given) -> Question:
    """Of a metric without a definition."""
    for name in NEEDED:
        if name not in given:
            raise refused(name, "not given", "give it, or --experiments")
    kind, weights = given.get("type", "binary"), given.get("weights", (0.5, 0.5))
    if kind not in OUTCOMES:
        raise refused("type", f"{kind!r} is unknown", f"give {' or '.join(OUTCOMES)}")
    arms = tuple(Arm(f"treatment {i}" if i else "control", weight) for i, weight in enumerate(weights))
    own = {name: given[name] for name in OWN if name in given}
    asked = Question(
        experiment="",
        metric="metric",
        outcome=OUTCOMES[kind],
        variants=arms,
        side=-1 if given.get("decrease") else 1,
        wait=given.get("window", WINDOW) + given.get("lateness", LATENESS),
        **{"method": USUAL[OUTCOMES[kind]], **own},
    )
    return _shared(asked, len(arms) - 1)


def of_definitions(path: Path, given: Given) -> list[Question]:
    """Of every primary metric of every experiment that asks for superiority, or of the metric that is named."""
    if foreign := [name for name in FOREIGN if name in given]:
        raise refused(foreign[0], "belongs to the definition", "leave it out, or --experiments")
    asked = [_of_metric(x, m, given) for x in load(path) for m in range(len(x.metrics)) if _wanted(x, m, given)]
    if not asked:
        raise DefinitionError(
            [Problem(str(path), "no metric to plan: a primary that asks for superiority", "name one by --metric")]
        )
    return asked


def _wanted(x: Experiment, m: int, given: Given) -> bool:
    metric = x.metrics[m].spec
    if "metric" in given:
        return bool(metric.id == given["metric"])
    return metric.role == "primary" and metric.test == "superiority"


def _of_metric(x: Experiment, m: int, given: Given) -> Question:
    metric, schedule = x.metrics[m], x.spec.schedule
    spec, arms = metric.spec, [Arm(v.key, v.weight, v.cost) for v in x.spec.assignment.variants]
    own = {name: given[name] for name in OWN if name in given}
    declared = _declared(x, m)
    for name in NEEDED:
        if (own | declared).get(name) is None:
            raise refused(name, f"{x.id} does not declare it", f"add {WHERE[name]} to the definition, or give it")
    asked = Question(
        experiment=x.id,
        metric=spec.id,
        variants=tuple(arms[v] for v in (x.control, *x.treatments)),
        side=1 if spec.direction == "increase" else -1,
        min_runtime=schedule.min_runtime,
        warmup=schedule.warmup,
        wait=given.get("window", metric.closes) + given.get("lateness", x.lateness),
        notes=tuple(_left_out(x, spec)),
        **{**declared, "max_runtime": _runtime(schedule), **own},
    )
    return asked if x.spec.statistics.multiplicity == "none" else _shared(asked, len(arms) - 1)


def _runtime(schedule: Schedule) -> int:
    """In which units enter."""
    if schedule.start_at is None or schedule.stop_at is None:
        return schedule.max_runtime
    return min(schedule.max_runtime, schedule.stop_at - schedule.start_at)


def _declared(x: Experiment, m: int) -> dict[str, Any]:
    metric = x.metrics[m]
    counts = metric.spec.type == "count" and metric.baseline
    outcome = "amount" if metric.outcome == "adjusted_amount" else metric.outcome
    return {
        "outcome": outcome,
        "baseline": metric.baseline,
        "mde": metric.design.mde,
        "units_per_day": x.spec.planning and x.spec.planning.units_per_day,
        "sd": sqrt(metric.baseline or 0) if counts else None,
        "cap": metric.design.cap,
        "alpha": metric.design.alpha,
        "beta": x.spec.statistics.beta,
        "method": metric.method if metric.outcome == outcome else USUAL[outcome],
    }


def _left_out(x: Experiment, spec: Metric) -> Iterator[str]:
    if spec.type == "count":
        yield "a count without --sd is taken to vary as a Poisson count does"
    if spec.type == "ratio":
        yield "of a ratio, --sd is that of (numerator - ratio * denominator) / mean denominator"
    if spec.covariate is not None:
        yield "the covariate is left out: with it the experiment ends sooner"
    if x.spec.assignment.phases:
        yield "later phases are left out: all units enter with the first allocation"


def _shared(question: Question, treatments: int) -> Question:
    """Several treatments share the level; as Bonferroni does, which no other way of sharing is slower than."""
    if treatments == 1:
        return question
    note = f"{treatments} treatments share alpha {question.alpha:g}; planned for {question.arms[1].key}, the slowest"
    return replace(question, alpha=question.alpha / treatments, notes=(*question.notes, note))
