"""Whether the method of each metric can test what the metric asks."""

from collections.abc import Iterator, Mapping

from stats.sequential.base import SequentialTest, registry
from streams.core.designs import design
from streams.core.methods import USUAL, known, method, outcome
from streams.core.problems import Problem, nearest, one_of
from streams.core.schema import Definition, Horizon, Metric

NEED_BASELINE = ("sprt", "sprt_early")
BORDERS = {"absolute": "difference", "relative": "lift"}  # of a margin
ONE_PARAMETER = ("power", "hwang_shih_decani")


def method_problems(d: Definition) -> Iterator[Problem]:
    """Methods that are not known, and metrics that theirs can't test."""
    metrics = {metric.id: metric for metric in d.metrics}
    yield from _names("method", d.statistics.method, metrics)
    yield from _names("horizon", d.statistics.horizon, metrics)
    for i, metric in enumerate(d.metrics):
        name, tests = method(d.statistics, metric), known(metric)
        if name not in tests:
            fix = one_of(tests) if name in {test for _, test in registry()} else nearest(name, tests)
            yield Problem(f"/statistics/method/{metric.id}", f"{name} is not a method for {metric.id!r}", fix)
            continue
        yield from _margin(f"/metrics/{i}", metric, tests[name])
        yield from _guesses(f"/metrics/{i}", metric, name)
        yield from _within_cap(f"/metrics/{i}", metric, name)
        yield from _horizon(d, metric, name)


def design_problems(d: Definition) -> Iterator[Problem]:
    """Of a definition that is right otherwise: what the tests themselves say of their designs."""
    for i, metric in enumerate(d.metrics):
        if sizes_known(metric):
            try:
                known(metric)[method(d.statistics, metric)](design(d, metric))
            except ValueError as error:
                yield Problem(f"/metrics/{i}", str(error), "change the metric, or choose another method for it")


def sizes_known(metric: Metric) -> bool:
    """A relative size of an amount is a share of the baseline; without one the metric is counted and not tested."""
    sizes = [size for size in (metric.mde, metric.margin) if size is not None]
    rate = outcome(metric) == "yes_no"
    return rate or metric.baseline is not None or all(size.absolute is not None for size in sizes)


def _names(what: str, given: Mapping[str, object], metrics: Mapping[str, Metric]) -> Iterator[Problem]:
    for name in sorted(given.keys() - metrics.keys()):
        yield Problem(f"/statistics/{what}/{name}", f"there is no metric {name!r}", nearest(name, metrics))


def _margin(at: str, metric: Metric, test: type[SequentialTest]) -> Iterator[Problem]:
    """What a test can say of a margin; a relative one of an amount is a difference, once there is a baseline."""
    usual = f"use {USUAL[outcome(metric)]}" if outcome(metric) in USUAL else "set test: superiority"
    if metric.test != "superiority" and not (test.two_sided and test.borders):
        yield Problem(f"/statistics/method/{metric.id}", f"{test.name} tests superiority only", usual)
        return
    takes = {*test.borders} | ({"lift"} if outcome(metric) != "yes_no" else set())
    for name, border in BORDERS.items():
        if metric.margin is not None and getattr(metric.margin, name) is not None and border not in takes:
            yield Problem(f"{at}/margin/{name}", f"{test.name} can't test a margin that is {name}", usual)


def _guesses(at: str, metric: Metric, name: str) -> Iterator[Problem]:
    if name in NEED_BASELINE and metric.baseline is None:
        yield Problem(f"{at}/baseline", f"{name} needs a baseline", "add baseline: {mean: what is expected}")
    if name == "cuped" and (metric.covariate is None or metric.covariate.theta is None):
        fix = "add theta, or use anytime_regression"
        yield Problem(f"{at}/covariate/theta", "cuped needs the slope of earlier data", fix)


def _within_cap(at: str, metric: Metric, name: str) -> Iterator[Problem]:
    """The exact bet on amounts knows that none is above the cap."""
    if name != "bounded_bet" or metric.cap is None:
        return
    mean, cap = metric.baseline.mean if metric.baseline else 0, metric.cap.value
    if mean >= cap:
        yield Problem(f"{at}/baseline/mean", "the cap is no larger", "choose a cap above every usual amount")
    for size_name, size in (("mde", metric.mde), ("margin", metric.margin)):
        if size is not None and max(size.absolute or 0, (size.relative or 0) * mean) > cap:
            yield Problem(f"{at}/{size_name}", "larger than the cap", "choose a size below the cap")


def _horizon(d: Definition, metric: Metric, name: str) -> Iterator[Problem]:
    declared, at = d.statistics.horizon.get(metric.id), f"/statistics/horizon/{metric.id}"
    if name != "group_sequential":
        if declared is not None:
            yield Problem(at, f"{name} has no planned end", "remove it, or use group_sequential")
        return
    if declared is None:
        yield Problem(
            at, "group_sequential needs a planned end", "add horizon: {" + metric.id + ": {conversions: ...}}"
        )
    else:
        yield from _spending(at, declared)
    if len(d.assignment.variants) > 2 and d.statistics.multiplicity != "none":
        fix = "set multiplicity: none, or use label_bet"
        yield Problem("/statistics/multiplicity", "group_sequential compares one treatment", fix)


def _spending(at: str, horizon: Horizon) -> Iterator[Problem]:
    takes = horizon.spending in ONE_PARAMETER
    if takes != (horizon.parameter is not None) or (horizon.spending == "power" and (horizon.parameter or 0) <= 0):
        fix = "give a number" + (" above 0" if horizon.spending == "power" else "") if takes else "remove it"
        yield Problem(f"{at}/parameter", f"{horizon.spending} has {'one' if takes else 'no'} parameter", fix)
