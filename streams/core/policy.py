"""From statuses and gates to a verdict: pure rules, first match wins, a stop stands."""

from collections.abc import Iterator
from typing import NamedTuple

from streams.core.definition import Experiment, Metric
from streams.core.gates import Gates
from streams.core.schema import Clause, Rule
from streams.core.state import Judgement
from streams.core.status import Statuses

SOME_VARIANT = ("winner", "non_inferior", "equivalent")  # one variant must have it; the other statuses all variants
OUTCOMES = {
    "ship": ("stop_success", "ship"),
    "rollback": ("stop_harm", "rollback"),
    "stop_futility": ("stop_futility", "review"),
}


class Match(NamedTuple):
    """Whether a clause holds, and the variant that made it hold."""

    holds: bool
    variant: int | None = None


def judge(x: Experiment, statuses: Statuses, gates: Gates, before: Judgement) -> Judgement:
    """The verdict at a look, given the one before."""
    if before.verdict.startswith("invalid_"):
        return before
    if statuses.suspended:
        return Judgement("invalid_srm", "review")
    if gates.warm and gates.crossed:
        return Judgement("invalid_multi_exposure", "review")
    return before if before.latched else _open(x, statuses, gates, before)


def _open(x: Experiment, statuses: Statuses, gates: Gates, before: Judgement) -> Judgement:
    """The verdict while none stands; old counts hold whatever would act on them, and leave paused what is."""
    if not gates.warm:
        return Judgement("warming_up")
    if gates.behind or (before.verdict == "held" and not gates.recent):
        return before if before.verdict == "paused" else Judgement("held")
    return _decide(x, statuses, gates)


def _decide(x: Experiment, statuses: Statuses, gates: Gates) -> Judgement:
    found = next(_judgements(x, statuses, gates), None)
    if found is not None:
        return found
    if gates.ended:
        return Judgement("stop_max_runtime", x.spec.decision.default_at_max_runtime)
    return Judgement("no_data" if gates.silent else "continue")


def _judgements(x: Experiment, statuses: Statuses, gates: Gates) -> Iterator[Judgement]:
    """Every judgement that could be made, the strongest first."""
    for rule in x.spec.decision.rules:
        match = _holds(x, statuses, rule.if_)
        if match.holds and _may(rule, gates) and (rule.then != "ship" or _really_won(x, statuses, match.variant)):
            yield _named(x, OUTCOMES[rule.then], match.variant)
    for action, outcome in (("rollback", ("stop_harm", "rollback")), ("pause", ("paused", "pause"))):
        yield from (_named(x, outcome, variant) for variant in _guarded(x, statuses, action))


def _named(x: Experiment, outcome: tuple[str, str], variant: int | None) -> Judgement:
    return Judgement(*outcome, variant=None if variant is None else x.variants[variant])


def _may(rule: Rule, gates: Gates) -> bool:
    """Harm may stop at once; success and futility wait for min_runtime."""
    return rule.then == "rollback" or gates.ran


def _really_won(x: Experiment, statuses: Statuses, variant: int | None) -> bool:
    """A proxy alone never ships: some primary or secondary metric that is none must have come out well."""
    sought = [*_group(x, "primary"), *_group(x, "secondary")]
    real = [m for m, metric in sought if not metric.spec.proxy]
    variants = x.treatments if variant is None else (variant,)
    return any(statuses.matured(m, v) in SOME_VARIANT for m in real for v in variants)


def _guarded(x: Experiment, statuses: Statuses, action: str) -> Iterator[int]:
    """Variants whose early reading, or matured one, harms a guardrail that asks for this action."""
    for m, metric in _group(x, "guardrails"):
        for variant in x.treatments:
            early = metric.spec.early_action == action and statuses.early(m, variant) == "harmful"
            if early or (metric.spec.action == action and statuses.matured(m, variant) == "harmful"):
                yield variant


def _group(x: Experiment, name: str) -> list[tuple[int, Metric]]:
    role = "guardrail" if name == "guardrails" else name
    return [(m, metric) for m, metric in enumerate(x.metrics) if metric.spec.role == role]


def _holds(x: Experiment, statuses: Statuses, clause: Clause) -> Match:
    match = _quantified(x, statuses, clause)
    if match.holds and clause.and_ is not None:
        further = _holds(x, statuses, clause.and_)
        return Match(further.holds, further.variant if match.variant is None else match.variant)
    return match


def _quantified(x: Experiment, statuses: Statuses, clause: Clause) -> Match:
    if clause.all is not None:
        return _all(x, statuses, clause.all, clause.is_)
    metrics = [m for m, metric in _group(x, clause.any or clause.none or "") if clause.none or _follows_rules(metric)]
    found = [v for m in metrics for v in x.treatments if statuses.matured(m, v) == clause.is_]
    return Match(not found) if clause.none else Match(bool(found), found[0] if found else None)


def _follows_rules(metric: Metric) -> bool:
    """A guardrail that is declared to warn or pause does no more than that."""
    return metric.spec.action not in ("warn", "pause")


def _all(x: Experiment, statuses: Statuses, group: str, status: str) -> Match:
    """Good news needs one variant that has it on every metric; anything else must hold for every variant."""
    metrics = [m for m, _ in _group(x, group)]
    complete = [v for v in x.treatments if metrics and all(statuses.matured(m, v) == status for m in metrics)]
    if status in SOME_VARIANT:
        return Match(bool(complete), complete[0] if complete else None)
    return Match(len(complete) == len(x.treatments), complete[0] if len(complete) == 1 else None)
