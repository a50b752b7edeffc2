"""Which test judges a metric: what its outcome is, and the method chosen for it or usual."""

from collections.abc import Mapping

from stats.sequential.base import SequentialTest, registry
from streams.core.schema import Metric, Statistics

OUTCOMES = {"binary": "yes_no", "retention": "yes_no", "quantile": "yes_no", "ratio": "ratio"}
USUAL = {"yes_no": "label_bet", "amount": "asymptotic_cs", "ratio": "asymptotic_cs"}
EARLY = ("binary", "retention")  # types with a second reading, that counts a conversion when it comes


def outcome(metric: Metric) -> str:
    """The kind of outcome, as tests know it."""
    return OUTCOMES.get(metric.type) or ("amount" if metric.covariate is None else "adjusted_amount")


def method(statistics: Statistics, metric: Metric) -> str:
    """The method that was chosen, or the usual one."""
    chosen = statistics.method.get(metric.id)
    if chosen is not None or metric.covariate is None:
        return chosen or USUAL[outcome(metric)]
    return "anytime_regression" if metric.covariate.theta is None else "cuped"


def known(metric: Metric) -> Mapping[str, type[SequentialTest]]:
    """Tests one may choose for the metric, by name."""
    tests = {name: test for (kind, name), test in registry().items() if kind == outcome(metric)}
    return {name: test for name, test in sorted(tests.items()) if name != "sprt_early" or metric.type in EARLY}
