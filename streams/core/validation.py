"""What must hold between the parts of a definition; each check tells where, what is wrong and how to mend it."""

from collections.abc import Iterator

from streams.core.method_checks import design_problems, method_problems
from streams.core.metric_checks import metric_problems
from streams.core.problems import DefinitionError, Problem
from streams.core.refusals import refused
from streams.core.schema import Clause, Definition, Filter

__all__ = ["DefinitionError", "Problem", "check"]

LOWEST = 1e-9  # a level; below it evidence would have to be astronomical
OPERATORS = ("eq", "ne", "in_", "not_in", "gt", "gte", "lt", "lte", "exists")


def check(definition: Definition) -> None:
    """Raise DefinitionError unless the definition can be run as it is written."""
    problems = [problem for find in CHECKS for problem in find(definition)]
    problems += [Problem(pointer, f"{what} is not supported yet", fix) for pointer, what, fix in refused(definition)]
    if problems or (problems := list(design_problems(definition))):
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


def _conditions(d: Definition) -> Iterator[Problem]:
    for at, one in _filters(d):
        for i, condition in enumerate(one.all):
            if sum(getattr(condition, name) is not None for name in OPERATORS) != 1:
                known = ", ".join(name.rstrip("_") for name in OPERATORS)
                yield Problem(f"{at}/all/{i}", "a condition has exactly one operator", f"use one of {known}")


def _filters(d: Definition) -> Iterator[tuple[str, Filter]]:
    yield "/assignment/eligibility", d.assignment.eligibility
    for i, metric in enumerate(d.metrics):
        yield f"/metrics/{i}/filter", metric.filter
        if metric.denominator is not None:
            yield f"/metrics/{i}/denominator/filter", metric.denominator.filter


def _levels(d: Definition) -> Iterator[Problem]:
    s = d.statistics
    levels = {"alpha": s.alpha, "guardrail_alpha": s.guardrail_alpha, "srm/alpha": s.srm.alpha}
    for name, level in levels.items():
        if not LOWEST <= level <= 0.2:
            yield Problem(f"/statistics/{name}", f"{level} is out of range", "choose a level above 0 and at most 0.2")
    if not LOWEST <= s.beta < 1:
        yield Problem("/statistics/beta", f"{s.beta} is out of range", "choose a level between 0 and 1")


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


CHECKS = (
    _variants,
    _accept,
    _phases,
    _metrics,
    metric_problems,
    _conditions,
    _levels,
    method_problems,
    _clauses,
    _schedule,
    _runbook,
)
