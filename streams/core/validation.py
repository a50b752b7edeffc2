"""What must hold between the parts of a definition; each check tells where, what is wrong and how to mend it."""

from collections.abc import Iterator
from typing import NamedTuple

from streams.core.refusals import refused
from streams.core.schema import Clause, Definition, Metric, Size

EXACT = {"binary", "retention"}
METHODS = {"binary": ("label_bet", "sprt"), "retention": ("label_bet", "sprt")}
MEANS = ("asymptotic_cs", "bounded_bet")
LARGEST_LIFT = 10
LOWEST = 1e-9  # a level; below it evidence would have to be astronomical
OPERATORS = ("eq", "ne", "in_", "not_in", "gt", "gte", "lt", "lte", "exists")


class Problem(NamedTuple):
    """A JSON pointer into the definition, what is wrong there, and the fix."""

    pointer: str
    wrong: str
    fix: str

    def __str__(self) -> str:
        return f"{self.pointer}: {self.wrong}; {self.fix}"


class DefinitionError(ValueError):
    """A definition that can't be run, with every problem found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def check(definition: Definition) -> None:
    """Raise DefinitionError unless the definition can be run as it is written."""
    checks = (_variants, _accept, _phases, _metrics, _conditions, _statistics, _bounded, _clauses, _schedule, _runbook)
    problems = [problem for find in checks for problem in find(definition)]
    problems += [Problem(pointer, f"{what} is not supported yet", fix) for pointer, what, fix in refused(definition)]
    if problems:
        raise DefinitionError(problems)


def _variants(d: Definition) -> Iterator[Problem]:
    variants, at = d.assignment.variants, "/assignment/variants"
    keys = [variant.key for variant in variants]
    if len(set(keys)) < len(keys):
        yield Problem(at, "two variants have the same key", "give each its own")
    if sum(variant.role == "control" for variant in variants) != 1:
        yield Problem(at, "there must be exactly one control", "give one variant role: control, all others treatment")
    yield from _sum_to_one(at, [variant.weight for variant in variants])


def _sum_to_one(pointer: str, weights: list[float]) -> Iterator[Problem]:
    if abs(sum(weights) - 1) > 1e-9:
        yield Problem(pointer, f"weights sum to {sum(weights):.10g}", "let them sum to 1")


def _accept(d: Definition) -> Iterator[Problem]:
    if "exposure" not in d.exposure.accept:
        yield Problem("/exposure/accept", "exposures are always accepted", "write [exposure, evaluation]")


def _phases(d: Definition) -> Iterator[Problem]:
    keys, last = {variant.key for variant in d.assignment.variants}, None
    for i, phase in enumerate(d.assignment.phases):
        at = f"/assignment/phases/{i}"
        if last is not None and phase.from_ <= last:
            yield Problem(f"{at}/from", "phases must follow one another", "order them by time")
        if phase.weights is not None and set(phase.weights) != keys:
            yield Problem(f"{at}/weights", "a phase weighs every variant", f"name exactly {', '.join(sorted(keys))}")
        elif phase.weights is not None:
            yield from _sum_to_one(f"{at}/weights", list(phase.weights.values()))
        last = phase.from_


def _metrics(d: Definition) -> Iterator[Problem]:
    ids = [metric.id for metric in d.metrics]
    if len(set(ids)) < len(ids):
        yield Problem("/metrics", "two metrics have the same id", "give each its own")
    if not 1 <= sum(metric.role == "primary" for metric in d.metrics) <= 3:
        yield Problem("/metrics", "there must be one to three primary metrics", "set role: primary on what decides")
    for i, metric in enumerate(d.metrics):
        yield from _metric(d, f"/metrics/{i}", metric)


def _metric(d: Definition, at: str, metric: Metric) -> Iterator[Problem]:
    mean = metric.type not in EXACT
    if metric.window.length <= 0:
        yield Problem(f"{at}/window/length", "the window is empty", "give a length such as 24h")
    if mean and metric.cap is None:
        yield Problem(f"{at}/cap", f"a {metric.type} metric needs a cap", "add cap: {value: the largest that counts}")
    for name, size in (("mde", metric.mde), ("margin", metric.margin), ("target", metric.target)):
        yield from _size(f"{at}/{name}", size)
    yield from _reach(at, metric)
    if metric.test != "superiority" and metric.margin is None:
        yield Problem(f"{at}/margin", f"{metric.test} needs a margin", "add margin: {absolute: ...} or {relative: ...}")
    if metric.test == "superiority" and metric.margin is not None:
        yield Problem(f"{at}/margin", "superiority has no margin", "remove it, or set test: non_inferiority")
    yield from _baseline(at, metric, d.statistics.method.get(metric.id))
    if metric.role != "guardrail" and metric.action is not None:
        yield Problem(f"{at}/action", "only a guardrail has an action", "remove it, or set role: guardrail")
    if metric.early_action != "warn" and (metric.role != "guardrail" or mean):
        yield Problem(f"{at}/early_action", "only a binary guardrail acts early", "remove it")


def _bounded(d: Definition) -> Iterator[Problem]:
    """The exact bet on amounts knows that none is above the cap."""
    for i, metric in enumerate(d.metrics):
        if d.statistics.method.get(metric.id) != "bounded_bet" or metric.cap is None:
            continue
        mean = metric.baseline.mean if metric.baseline else 0
        sizes = {"mde": metric.mde, "margin": metric.margin}
        if mean >= metric.cap.value:
            yield Problem(
                f"/metrics/{i}/baseline/mean", "the cap is no larger", "choose a cap above every usual amount"
            )
        for name, size in sizes.items():
            if size is not None and max(size.absolute or 0, (size.relative or 0) * mean) > metric.cap.value:
                yield Problem(f"/metrics/{i}/{name}", "larger than the cap", "choose a size below the cap")


def _size(pointer: str, size: Size | None) -> Iterator[Problem]:
    if size is not None and (size.absolute is None) == (size.relative is None):
        yield Problem(pointer, "give either absolute or relative", "keep exactly one of the two")


def _reach(at: str, metric: Metric) -> Iterator[Problem]:
    """A rate can't fall by more than all of itself, and no difference of rates is larger than 1."""
    if metric.type not in EXACT:
        return
    superior, down = metric.test == "superiority", metric.direction == "decrease"
    sizes = (
        ("mde", metric.mde, superior and down),
        ("margin", metric.margin, not down or metric.test == "equivalence"),
    )
    for name, size, falls in sizes:
        lift = _lift(metric, size) if name == "mde" else (size.relative or 0 if size else 0)
        if lift > LARGEST_LIFT or (falls and lift >= 1):
            most = "less than all of itself" if falls else f"at most {LARGEST_LIFT} times itself"
            yield Problem(f"{at}/{name}", f"a rate can't change by {lift:g} times itself", f"choose {most}")
        if size is not None and (size.absolute or 0) >= 1:
            yield Problem(f"{at}/{name}/absolute", "rates differ by less than 1", "choose less than 1")


def _lift(metric: Metric, size: Size | None) -> float:
    """An effect as a share of the baseline, as far as it is known."""
    if size is None or size.relative is not None:
        return size.relative or 0 if size else 0
    return (size.absolute or 0) / metric.baseline.mean if metric.baseline and metric.baseline.mean > 0 else 0


def _baseline(at: str, metric: Metric, method: str | None) -> Iterator[Problem]:
    pointer, exact = f"{at}/baseline", metric.type in EXACT
    if metric.baseline is None:
        if method == "sprt" or (exact and metric.mde.absolute is not None):
            yield Problem(pointer, "the effect size needs a baseline", "add baseline: {mean: what is expected}")
    elif not LOWEST <= metric.baseline.mean < (1 if exact else float("inf")):
        fix = "a rate lies between 0 and 1" if exact else "give a mean above 0"
        yield Problem(f"{pointer}/mean", f"{metric.baseline.mean} is out of range", fix)


def _conditions(d: Definition) -> Iterator[Problem]:
    filters = [("/assignment/eligibility", d.assignment.eligibility)]
    filters += [(f"/metrics/{i}/filter", metric.filter) for i, metric in enumerate(d.metrics)]
    for at, one in filters:
        for i, condition in enumerate(one.all):
            if sum(getattr(condition, name) is not None for name in OPERATORS) != 1:
                known = ", ".join(name.rstrip("_") for name in OPERATORS)
                yield Problem(f"{at}/all/{i}", "a condition has exactly one operator", f"use one of {known}")


def _statistics(d: Definition) -> Iterator[Problem]:
    s, types = d.statistics, {metric.id: metric.type for metric in d.metrics}
    tests = {metric.id: metric.test for metric in d.metrics}
    levels = {"alpha": s.alpha, "guardrail_alpha": s.guardrail_alpha, "srm/alpha": s.srm.alpha}
    for name, level in levels.items():
        if not LOWEST <= level <= 0.2:
            yield Problem(f"/statistics/{name}", f"{level} is out of range", "choose a level above 0 and at most 0.2")
    if not LOWEST <= s.beta < 1:
        yield Problem("/statistics/beta", f"{s.beta} is out of range", "choose a level between 0 and 1")
    for metric, method in s.method.items():
        known = METHODS.get(types[metric], MEANS) if metric in types else ()
        if method == "sprt" and tests.get(metric, "superiority") != "superiority":
            yield Problem(f"/statistics/method/{metric}", "sprt tests superiority only", "use label_bet")
        if method not in known:
            wrong = f"{method} is not a method for {metric!r}" if known else f"there is no metric {metric!r}"
            yield Problem(f"/statistics/method/{metric}", wrong, f"use {' or '.join(known or tuple(types))}")


def _clauses(d: Definition) -> Iterator[Problem]:
    for i, rule in enumerate(d.decision.rules):
        clause: Clause | None = rule.if_
        at = f"/decision/rules/{i}/if"
        while clause is not None:
            if sum(group is not None for group in (clause.any, clause.all, clause.none)) != 1:
                yield Problem(at, "a clause asks one group", "use exactly one of any, all, none")
            clause, at = clause.and_, f"{at}/and"


def _schedule(d: Definition) -> Iterator[Problem]:
    s, longest = d.schedule, max(metric.window.delay + metric.window.length for metric in d.metrics)
    if s.max_runtime < s.min_runtime + longest:
        yield Problem("/schedule/max_runtime", "shorter than min_runtime and the longest window", "make it longer")
    if s.start_at is not None and s.stop_at is not None and s.stop_at <= s.start_at + s.min_runtime:
        yield Problem("/schedule/stop_at", "not later than start_at and min_runtime", "stop later")


def _runbook(d: Definition) -> Iterator[Problem]:
    if d.metadata.runbook is None and any({m.action, m.early_action} - {"warn", None} for m in d.metrics):
        yield Problem("/metadata/runbook", "a guardrail acts, nobody is told what to do", "add its address")
