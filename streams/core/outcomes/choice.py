"""The kind of outcome of a metric, and the events it is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

from streams.core.conditions import Predicate, predicate
from streams.core.events import MICRO
from streams.core.outcomes.adjusted_amount import AdjustedAmount
from streams.core.outcomes.amount import Amount
from streams.core.outcomes.base import Outcome
from streams.core.outcomes.quantile import Quantile
from streams.core.outcomes.ratio import Ratio
from streams.core.outcomes.yes_no import YesNo
from streams.core.schema import Metric


@dataclass(frozen=True, slots=True)
class Source:
    """Events a metric counts: of this name, where the filter matches; each for its value, or each for one."""

    event: str
    matches: Predicate | None
    valued: bool


def sources(metric: Metric) -> tuple[Source, ...]:
    """The metric's own events, and those of the denominator if it is a ratio."""
    valued = metric.type in ("continuous", "quantile") or (metric.type == "ratio" and metric.numerator == "value")
    own, below = Source(metric.event, predicate(metric.filter), valued), metric.denominator
    return (own,) if below is None else (own, Source(below.event, predicate(below.filter), below.value))


def counted(metric: Metric, covariates: Sequence[str]) -> Outcome:
    """How the metric is counted; `covariates` are those of the experiment."""
    cap = None if metric.cap is None else round(metric.cap.value * MICRO)
    if metric.type in ("binary", "retention"):
        return YesNo()
    if metric.type == "ratio":
        return Ratio(cap)
    if metric.type == "quantile":
        assert metric.threshold is not None, "a quantile has a threshold: see `validation`"
        return Quantile(round(metric.threshold * MICRO))
    assert cap is not None, "a count or continuous metric has a cap: see `validation`"
    if metric.covariate is None:
        return Amount(cap)
    return AdjustedAmount(cap, covariates.index(metric.covariate.attr))
