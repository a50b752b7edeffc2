"""Tests of the labels of converters: what they take from a lift, and what they show of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats.logspace import logsumexp
from stats.sequential.base import Design, Effect, registry
from stats.sequential.converters import LARGEST_LIFT, chance
from stats.sequential.normal_mixture import log_mixture

ALPHA = 0.05
THRESHOLD = np.log(2 / ALPHA)
RHO = [0.2, 0.5]
DESIGN = Design(Effect(0.2, relative=True))
NAMES = ["multinomial", "normal_mixture"]

both = pytest.mark.parametrize("name", NAMES)
counts = st.lists(st.integers(0, 10_000), min_size=4, max_size=4).map(lambda four: np.reshape(four, (2, 2)))


def made(name, design=DESIGN):
    return registry()["yes_no", name](design)


def test_a_lift_moves_the_chance_that_a_converter_was_treated():
    assert chance([0.2, 0.5], 0.5) == pytest.approx([0.3 / 1.1, 0.75 / 1.25])
    assert chance([0.2], np.array([0.0, -0.5]))[:, 0] == pytest.approx([0.2, 0.1 / 0.9])


@both
def test_a_lift_of_all_or_more_of_the_rate_cannot_be_a_border(name):
    with pytest.raises(ValueError, match=r"beyond must be a lift above -1, got -1\.0"):
        made(name).log_e({"converted": np.ones((2, 2))}, RHO, 1, Effect(-1.0, relative=True))


@both
def test_the_estimate_weighs_the_arms_by_their_chances(name):
    totals = {"converted": np.array([[80, 30], [40, 50]])}
    assert made(name).estimate(totals, RHO, relative=True) == pytest.approx((30 * 0.8 + 50 * 0.5) / (80 * 0.2 + 20) - 1)


@both
def test_of_converters_alone_there_is_no_difference(name):
    totals = {"converted": np.array([[80, 30], [40, 50]])}
    assert np.isnan([made(name).estimate(totals, RHO), *made(name).interval(totals, RHO, ALPHA)]).all()


@both
@given(counts)
def test_the_interval_ends_where_a_half_of_the_test_rejects(name, converted):
    test, totals = made(name), {"converted": converted}
    for side, end in zip((1, -1), test.interval(totals, RHO, ALPHA, relative=True), strict=True):
        if end in (-1, LARGEST_LIFT):
            continue
        at, within = (test.log_e(totals, RHO, side, Effect(lift, relative=True)) for lift in (end, end + side * 1e-5))
        assert at >= THRESHOLD - 1e-9
        estimate = np.nan_to_num(test.estimate(totals, RHO, relative=True), nan=LARGEST_LIFT)
        assert within < THRESHOLD or end == pytest.approx(min(estimate, LARGEST_LIFT), abs=1e-4)


@both
def test_what_is_never_excluded_reaches_to_the_ends(name):
    lower, upper = made(name).interval({"converted": np.zeros((2, 2), int)}, RHO, ALPHA, relative=True)
    assert (lower, upper) == (-1, LARGEST_LIFT)
    lower, upper = made(name).interval({"converted": np.array([[0, 0], [0, 60]])}, RHO, ALPHA, relative=True)
    assert lower > 0.5
    assert upper == LARGEST_LIFT
    lower, upper = made(name).interval({"converted": np.array([[0, 0], [60, 0]])}, RHO, ALPHA, relative=True)
    assert lower == -1
    assert upper < -0.3


@both
def test_an_absolute_mde_is_a_share_of_the_baseline(name):
    totals = {"converted": np.array([[80, 30], [40, 50]])}
    absolute = made(name, Design(Effect(0.02), baseline=0.1))
    assert absolute.log_e(totals, RHO, 1) == pytest.approx(made(name).log_e(totals, RHO, 1))
    with pytest.raises(ValueError, match="baseline must be declared"):
        made(name, Design(Effect(0.02)))


def test_the_mixture_takes_the_sum_of_deviations_and_a_quarter_of_the_converters():
    totals = {"converted": np.array([[80, 30], [40, 50]])}
    excess = 30 + 50 - 110 * 0.2 - 90 * 0.5
    for side in (1, -1):
        expected = log_mixture(side * excess, 200 / 4, 1 / 0.2**2, one_sided=True)
        assert made("normal_mixture").log_e(totals, RHO, side) == pytest.approx(expected, rel=1e-12)


def test_the_multinomial_averages_likelihood_ratios_over_each_phases_half_of_a_beta_law():
    converted, expected = np.array([[80, 30], [40, 50]]), 0.0
    for (control, treated), m0 in zip(converted, RHO, strict=True):
        size = 1 / (m0 * (1 - m0) * 0.2**2)
        m = m0 + (1 - m0) * (np.arange(200_000) + 0.5) / 200_000
        log_prior = (size * m0 - 1) * np.log(m) + (size * (1 - m0) - 1) * np.log1p(-m)
        log_ratio = treated * np.log(m / m0) + control * np.log((1 - m) / (1 - m0))
        expected += logsumexp(log_prior + log_ratio) - logsumexp(log_prior)
    actual = made("multinomial").log_e({"converted": converted}, RHO, 1)
    assert actual == pytest.approx(expected, abs=1e-6)
    swapped = made("multinomial").log_e({"converted": converted[:, ::-1]}, [0.8, 0.5], -1)
    assert swapped == pytest.approx(actual, rel=1e-12)
