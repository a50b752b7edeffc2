"""A definition that is accepted can be judged: no number in it breaks the mathematics later."""

import math

import pytest
import yaml

from streams.codecs.definitions import parse
from streams.core.validation import DefinitionError
from tests.core.samples import judged, totals
from tests.core.test_validation import changed, planned, quantile

NUMBERS = (math.inf, -math.inf, math.nan, 1e308, 1e-308, 5e-324, 0, -1, 2, 11, 1e6)
LOOK = {"bought": (100, 150), "left": (50, 60), "spent": ((300, 5), (300, 6))}
BASELINES = {"/metrics/0/baseline": {"mean": 0.1}, "/metrics/2/baseline": {"mean": 5}}
RATIO = {"/metrics/2/type": "ratio", "/metrics/2/denominator": {"event": "visit", "count": True}}
EQUIVALENCE = {"/metrics/1/test": "equivalence"}


def refused_or_judged(changes):
    """Whatever is accepted must be judged without a word."""
    try:
        x = parse(yaml.safe_dump(changed(changes)).encode())
    except DefinitionError as error:
        return "refused" if all(problem.pointer and problem.fix for problem in error.problems) else "not explained"
    judged(x, totals(x, (1_000, 1_000), **LOOK))
    return "judged"


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
    "pointer",
    [
        "/assignment/coverage",
        "/assignment/variants/1/weight",
        "/exposure/warn_ratio",
        "/exposure/block_ratio",
        "/metrics/0/baseline/mean",
        "/metrics/0/target/relative",
        "/metrics/1/margin/absolute",
        "/metrics/1/mde/relative",
        "/metrics/2/baseline/mean",
        "/metrics/2/cap/value",
        "/metrics/2/mde/absolute",
        "/planning/units_per_day",
        "/statistics/alpha",
        "/statistics/beta",
        "/statistics/srm/alpha",
        "/statistics/srm/min_deviation",
        "/statistics/srm/prior_strength",
    ],
)
def test_a_number_is_refused_or_usable(pointer, number):
    assert refused_or_judged({pointer: number}) in ("refused", "judged")


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
    ("pointer", "more"),
    [
        ("/metrics/0/threshold", quantile()),
        ("/metrics/2/cap/value", RATIO),
        ("/metrics/2/baseline/mean", RATIO),
        ("/metrics/2/mde/absolute", RATIO),
        ("/metrics/2/covariate/theta", {"/metrics/2/covariate": {"attr": "past_spend"}}),
        ("/metrics/2/baseline/mean", {"/metrics/2/covariate": {"attr": "past_spend", "theta": 0.5}}),
        ("/statistics/horizon/bought/conversions", planned()),
        ("/statistics/horizon/bought/parameter", planned(spending="power")),
        ("/statistics/horizon/bought/parameter", planned(spending="hwang_shih_decani")),
    ],
)
def test_a_number_of_a_chosen_method_or_type_is_refused_or_usable(pointer, more, number):
    assert refused_or_judged(more | {pointer: number}) in ("refused", "judged")


@pytest.mark.parametrize("number", [0.5, 1, 1.5, 10, 10.5])
@pytest.mark.parametrize("direction", ["increase", "decrease"])
@pytest.mark.parametrize(
    ("pointer", "more"),
    [
        ("/metrics/0/mde", {}),
        ("/metrics/1/margin", {}),
        ("/metrics/1/margin", EQUIVALENCE),
        ("/metrics/1/mde", BASELINES),
    ],
)
def test_a_relative_size_is_refused_or_usable_in_either_direction(pointer, more, direction, number):
    changes = {pointer: {"relative": number}, f"{pointer[:10]}/direction": direction}
    assert refused_or_judged(changes | more) in ("refused", "judged")


@pytest.mark.parametrize("pointer", ["/statistics/alpha", "/metrics/0/mde/relative", "/metrics/2/cap/value"])
def test_what_is_no_number_is_refused(pointer):
    assert {refused_or_judged({pointer: number}) for number in (math.nan, math.inf, -math.inf)} == {"refused"}
