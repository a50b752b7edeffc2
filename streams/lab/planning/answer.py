"""A plan: what each method promises for a question, in units, days and money; plain values, ready for JSON."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any

from stats.planning.outlook import FIXED_SAMPLE, Outlook, Planner
from streams.core.schema import DAY
from streams.lab.planning.question import Question

Object = dict[str, Any]
Progress = Callable[[str], None]

SHARES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
TWINS = {"msprt"}  # one formula with asymptotic_cs
MOST_LOOKS = 100  # of a group-sequential test, otherwise one a day


@dataclass(frozen=True)
class Plan:
    """The answers to a question."""

    question: Question
    planner: Planner
    outlooks: tuple[Outlook, ...]

    @property
    def chosen(self) -> Outlook:
        """Of the method that will decide."""
        return next(one for one in self.outlooks if one.method == self.question.method)

    @property
    def underpowered(self) -> bool:
        """Whether the experiment would end too often without finding the MDE."""
        return self.chosen.power < 1 - self.question.beta


def considered(question: Question) -> list[str]:
    """The classical test, the method that will decide, and all others that could."""
    others = (name for name in question.methods if name not in {question.method, *TWINS})
    return [FIXED_SAMPLE, question.method, *others]


def answer(question: Question, seed: int, runs: int, progress: Progress) -> Plan:
    """Ask every method."""
    looks = min(max(1, round((question.max_runtime - question.warmup) / DAY)), MOST_LOOKS)
    planner = Planner(question.task, question.horizon, question.outcome, seed, runs, looks)

    def outlooks() -> Iterator[Outlook]:
        for name in considered(question):
            progress(name)
            yield planner.outlook(name)

    return Plan(question, planner, tuple(outlooks()))


def as_object(plan: Plan) -> Object:
    """For machines: infinite numbers, which never come, are null."""
    q = plan.question
    return {
        "experiment": q.experiment or None,
        "metric": q.metric,
        "control": q.arms[0].key,
        "variant": q.arms[1].key,
        "method": q.method,
        "baseline": q.baseline,
        "sd": q.sd,
        "mde": {"absolute": q.effect, "relative": q.effect / q.baseline},
        "alpha": q.alpha,
        "beta": q.beta,
        "units_per_day": q.units_per_day,
        "share": q.share,
        "max_runtime_days": q.max_runtime / DAY,
        "wait_days": q.wait / DAY,
        "fixed_sample": {"units": plan.planner.fixed_units / q.share, "days": q.days(plan.planner.fixed_units)},
        "methods": [_of_method(plan, outlook) for outlook in plan.outlooks],
        "underpowered": plan.underpowered,
        "notes": list(q.notes),
        "seed": plan.planner.seed,
        "runs": plan.planner.runs,
    }


def _of_method(plan: Plan, outlook: Outlook) -> Object:
    q, fixed = plan.question, outlook.method == FIXED_SAMPLE
    units = {name: plan.planner.fixed_units if fixed else outlook.declaring.quantile(p) for name, p in SHARES.items()}
    no_effect = outlook.accepting.quantile(0.5) if outlook.accepting else float("inf")
    return {
        "method": outlook.method,
        "units": {name: _finite(n / q.share) for name, n in units.items()},
        "days": {name: _finite(q.days(n)) for name, n in units.items()},
        "power": outlook.power,
        "detectable": {"absolute": _finite(outlook.detectable), "relative": _finite(outlook.detectable / q.baseline)},
        "of_fixed_sample": _finite(units["p50"] / plan.planner.fixed_units),
        "days_without_effect": _finite(q.days(no_effect)),
        "cost": q.cost(units["p50"]),
    }


def _finite(number: float) -> float | None:
    return float(number) if isfinite(number) else None
