"""Whatever a registered test is told that cannot be, it says which part and what would be allowed."""

import numpy as np
import pytest

from stats.sequential.base import Design, Effect, Horizon, registry
from tests.stats.sequential.worlds import CAP, MEAN, SCALE, world

NAN, INF = float("nan"), float("inf")
CASES = sorted(registry())
SUMS = {"sum", "squares", "x_sum", "x_squares", "products"}  # of a ratio or a covariate they may have any sign

DESIGNS = {
    "mde": [Effect(size, relative) for size in (0.0, -0.1, NAN, INF) for relative in (False, True)],
    "alpha": [0.0, -0.05, 0.21, NAN],
    "baseline": [0.0, -0.1, NAN, INF],
}
every_test = pytest.mark.parametrize(("outcome", "name"), CASES)


def made(outcome, name, **changes):
    fixed = {
        "mde": Effect(0.2, relative=True),
        "baseline": MEAN[outcome],
        "cap": None if outcome == "yes_no" else CAP,
        "scale": SCALE[outcome],
        "units": 2_000,
        "theta": 0.3,
        "horizon": Horizon(300),
    }
    return registry()[outcome, name](Design(**fixed | changes))


def refusal(outcome, name, totals, rho=(0.5,)):
    """What it says instead of evidence."""
    with pytest.raises(ValueError, match=" must ") as refused:
        made(outcome, name).log_e(totals, rho, 1)
    return str(refused.value)


@every_test
@pytest.mark.parametrize(
    ("parameter", "value"), [(name, value) for name, values in DESIGNS.items() for value in values]
)
def test_a_design_that_cannot_be_is_refused_by_the_name_of_its_parameter(outcome, name, parameter, value):
    with pytest.raises(ValueError, match=rf"\b{parameter}\b.* must "):
        made(outcome, name, **{parameter: value})


@pytest.mark.parametrize(
    ("case", "parameter", "value"),
    [
        (("amount", "bounded_bet"), "cap", None),
        (("amount", "bounded_bet"), "cap", 0.0),
        (("amount", "bounded_bet"), "cap", NAN),
        (("adjusted_amount", "cuped"), "theta", None),
        (("adjusted_amount", "cuped"), "theta", NAN),
        (("adjusted_amount", "anytime_regression"), "units", NAN),
        (("adjusted_amount", "anytime_regression"), "units", -1.0),
        (("yes_no", "group_sequential"), "horizon", None),
        (("yes_no", "group_sequential"), "horizon", Horizon(0)),
    ],
)
def test_what_a_test_needs_besides_must_be_declared(case, parameter, value):
    with pytest.raises(ValueError, match=rf"\b{parameter}\b.* must "):
        made(*case, **{parameter: value})


@every_test
@pytest.mark.parametrize("value", [-1, NAN])
def test_counts_below_zero_or_of_nobody_knows_what_are_refused_by_name(outcome, name, value):
    totals = world(outcome, 1, 900).totals()
    for cell in set(registry()[outcome, name].cells) - SUMS:
        wrong = np.where([[True, False]], value, totals[cell])
        assert cell in refusal(outcome, name, totals | {cell: wrong})


@pytest.mark.parametrize(
    ("outcome", "name"), [case for case in CASES if {"n", "converted"} <= set(registry()[case].cells)]
)
def test_more_converters_than_units_are_refused(outcome, name):
    totals = world(outcome, 1, 900).totals()
    impossible = totals | {"converted": totals["n"] + 1}
    assert "converted" in refusal(outcome, name, impossible)


@pytest.mark.parametrize(
    ("outcome", "name"),
    [case for case in CASES if "squares" in registry()[case].cells and case[1] != "anytime_regression"],
)
def test_squares_that_no_amounts_have_are_refused(outcome, name):
    totals = world(outcome, 1, 900).totals()
    assert "squares" in refusal(outcome, name, totals | {"squares": totals["squares"] // 10})


@every_test
@pytest.mark.parametrize("rho", [0.0, 1.0, -0.1, NAN])
def test_a_probability_of_treatment_that_is_none_is_refused(outcome, name, rho):
    totals = world(outcome, 1, 900).totals()
    assert "rho" in refusal(outcome, name, totals, (rho,))


@every_test
@pytest.mark.parametrize("alpha", [0.0, 0.21, NAN])
@pytest.mark.parametrize("relative", [False, True])
def test_a_level_of_an_interval_that_is_none_is_refused(outcome, name, alpha, relative):
    with pytest.raises(ValueError, match=r"alpha must be in \(0, 0.2\]"):
        made(outcome, name).interval(world(outcome, 1, 900).totals(), [0.5], alpha, relative=relative)


@every_test
@pytest.mark.parametrize("side", [0, 2, NAN])
def test_a_side_that_is_none_is_refused(outcome, name, side):
    with pytest.raises(ValueError, match=r"side must be 1 or -1"):
        made(outcome, name).log_e(world(outcome, 1, 900).totals(), [0.5], side)


@every_test
@pytest.mark.parametrize("size", [NAN, INF, -INF])
@pytest.mark.parametrize("kind", ["difference", "lift"])
def test_a_border_that_is_no_number_is_refused(outcome, name, size, kind):
    test = made(outcome, name)
    with pytest.raises(ValueError, match=" must "):
        test.log_e(world(outcome, 1, 900).totals(), [0.5], 1, Effect(size, relative=kind == "lift"))
