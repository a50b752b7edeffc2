"""What a sequential test is told of a metric before the first unit."""

from stats.sequential.base import Design, Effect, Horizon
from streams.core.events import MICRO
from streams.core.methods import outcome
from streams.core.schema import Definition, Metric
from streams.core.times import UNITS


def design(definition: Definition, metric: Metric) -> Design:
    """Guesses and sizes, in the metric's own unit."""
    amounts, covariate = outcome(metric) != "yes_no", metric.covariate
    return Design(
        mde=_effect(metric),
        baseline=None if metric.baseline is None else metric.baseline.mean,
        cap=metric.cap.value if amounts and metric.cap is not None else None,
        alpha=level(definition, metric),
        scale=MICRO if amounts else 1,
        units=_units(definition),
        theta=None if covariate is None else covariate.theta,
        horizon=_horizon(definition, metric),
    )


def level(definition: Definition, metric: Metric) -> float:
    """Alpha of one reading of the metric; a guardrail that may act on both readings halves it."""
    statistics = definition.statistics
    alpha = statistics.guardrail_alpha if metric.role == "guardrail" else statistics.alpha
    return alpha / 2 if metric.early_action != "warn" else alpha


def _effect(metric: Metric) -> Effect:
    if metric.mde.absolute is not None:
        return Effect(metric.mde.absolute)
    return Effect(metric.mde.relative or 0, relative=True)


def _units(definition: Definition) -> float | None:
    """Expected by the end of the longest runtime."""
    days = definition.schedule.max_runtime / UNITS["d"]
    return None if definition.planning is None else definition.planning.units_per_day * days


def _horizon(definition: Definition, metric: Metric) -> Horizon | None:
    declared = definition.statistics.horizon.get(metric.id)
    return None if declared is None else Horizon(declared.conversions, declared.spending, declared.parameter)
