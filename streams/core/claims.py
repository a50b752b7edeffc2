"""What is claimed of treatments: each claim is a test's evidence for an effect on one side of one border.

All of it comes from `log_e` of the metric's test, whatever the test is. A border that the test can't place is left to
the label bet, which is exact for every rate.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from stats.sequential.base import NO_EFFECT, Effect, SequentialTest
from streams.core import sizes
from streams.core.definition import Experiment, Metric
from streams.core.testing import tests

Named = Iterator[tuple[str, "Claim"]]


class Claim(NamedTuple):
    """That the effect lies on one side (1: above) of a border, and the test that looks for it."""

    test: SequentialTest
    side: int
    beyond: Effect = NO_EFFECT


def kinds(metric: Metric) -> tuple[str, ...]:
    """What is tested of a metric, in the order of its tracks."""
    early = ("early", "early_better", "early_worse") if metric.has_early else ()
    if metric.spec.test == "superiority":
        return (*early, "superiority", "better", "harm", "futility")
    return (*early, metric.spec.test, "harm")


def claims(x: Experiment, m: int) -> dict[Claim, dict[str, str]]:
    """What is looked for in metric `m`: the names of each claim, by the reading that it is made of."""
    asked: dict[Claim, dict[str, str]] = {}
    for kind, claim in (*_early(x, m), *ASKED[x.metrics[m].spec.test](x, m)):
        asked.setdefault(claim, {})[kind] = "early" if kind.startswith("early") else "matured"
    return asked


def _early(x: Experiment, m: int) -> Named:
    good, test = sizes.good_side(x.metrics[m]), tests(x, m).early
    if x.metrics[m].has_early:
        yield "early_better", Claim(test, good)
        yield "early_worse", Claim(test, -good)


def _superiority(x: Experiment, m: int) -> Named:
    good, test = sizes.good_side(x.metrics[m]), tests(x, m).matured
    yield "better", Claim(test, good)
    yield "harm", Claim(test, -good)
    yield "futility", _beyond(x, m, -good, sizes.worth(x.metrics[m]), good)


def _non_inferiority(x: Experiment, m: int) -> Named:
    good = sizes.good_side(x.metrics[m])
    yield "non_inferiority", _beyond(x, m, good, sizes.margin(x.metrics[m]), -good)
    yield "harm", _beyond(x, m, -good, sizes.margin(x.metrics[m]), -good)


def _equivalence(x: Experiment, m: int) -> Named:
    good = sizes.good_side(x.metrics[m])
    yield from _non_inferiority(x, m)
    yield "not_better", _beyond(x, m, -good, sizes.margin(x.metrics[m]), good)


def _beyond(x: Experiment, m: int, side: int, border: Effect, at: int) -> Claim:
    """An effect on one side of a border that lies above zero (`at` 1) or below."""
    return Claim(tests(x, m).placing(border), side, replace(border, size=at * border.size))


ASKED = {"superiority": _superiority, "non_inferiority": _non_inferiority, "equivalence": _equivalence}
