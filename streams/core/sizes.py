"""Sizes and sides of a metric's tests, in the units the tests take."""

from stats.sequential.base import Effect
from streams.core.definition import Experiment, Metric
from streams.core.method_checks import sizes_known
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


def margin(metric: Metric) -> Effect:
    """The margin as it is declared."""
    size = metric.spec.margin
    assert size is not None, "what is tested beyond a margin has one: see `validation`"
    return Effect(size.absolute) if size.absolute is not None else Effect(relative(size, metric), relative=True)


def worth(metric: Metric) -> Effect:
    """The effect worth detecting: of a rate a share of itself, of anything else an amount."""
    if metric.outcome == "yes_no":
        return Effect(relative(metric.spec.mde, metric), relative=True)
    return Effect(absolute(metric.spec.mde, metric))


def testable(metric: Metric) -> bool:
    """Whether what is looked for has a size; otherwise the metric is counted, estimated and not tested."""
    return sizes_known(metric.spec)


def _baseline(metric: Metric) -> float:
    if metric.baseline is None:
        raise ValueError(f"metric {metric.spec.id}: the size needs a baseline")
    return metric.baseline


def rho(x: Experiment, variant: int) -> list[float]:
    """Probability of the variant among itself and the control, by phase."""
    return [weights[variant] / (weights[variant] + weights[x.control]) for weights in x.weights]
