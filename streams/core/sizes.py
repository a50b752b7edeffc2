"""Sizes and sides of a metric's tests, in the units the tests take."""

from streams.core.definition import Experiment, Metric
from streams.core.schema import Size


def good_side(metric: Metric) -> int:
    """1 when more is better, -1 when less is."""
    return 1 if metric.spec.direction == "increase" else -1


def relative(size: Size, metric: Metric) -> float:
    """A size as a share of the baseline."""
    return size.relative if size.relative is not None else float(size.absolute or 0) / _baseline(metric)


def absolute(size: Size, metric: Metric) -> float:
    """A size in the metric's own unit."""
    return size.absolute if size.absolute is not None else float(size.relative or 0) * _baseline(metric)


def testable(metric: Metric) -> bool:
    """Whether the sizes of a count or continuous metric are known: relative ones need a baseline."""
    sizes = [size for size in (metric.spec.mde, metric.spec.margin) if size is not None]
    return metric.exact or metric.baseline is not None or all(size.absolute is not None for size in sizes)


def _baseline(metric: Metric) -> float:
    if metric.baseline is None:
        raise ValueError(f"metric {metric.spec.id}: the size needs a baseline")
    return metric.baseline


def rho(x: Experiment, variant: int) -> list[float]:
    """Probability of the variant among itself and the control, by phase."""
    return [weights[variant] / (weights[variant] + weights[x.control]) for weights in x.weights]


def alpha(x: Experiment, metric: Metric) -> float:
    """Level of one reading of the metric; a guardrail that may act on both readings halves it."""
    statistics = x.spec.statistics
    level = statistics.guardrail_alpha if metric.spec.role == "guardrail" else statistics.alpha
    return level / 2 if metric.spec.early_action != "warn" else level


def method(x: Experiment, metric: Metric) -> str:
    """The chosen method, or the default of the type."""
    return x.spec.statistics.method.get(metric.spec.id, "label_bet" if metric.exact else "asymptotic_cs")
