import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from stats.sequential import msprt
from stats.sequential.asymptotic_cs import (
    approximate_rho2,
    gate,
    half_width,
    log_e,
    optimal_rho2,
    stratified,
)


@given(st.integers(1, 10**6), st.floats(-10, 10), st.floats(1e-6, 10))
def test_the_published_form_is_the_mixture_with_the_prior_in_units_of_the_noise(n, z, rho2):
    assert log_e(n, z, rho2) == pytest.approx(msprt.log_e(z, 1, n * rho2))


@given(st.integers(1, 10**6), st.floats(1e-3, 10), st.floats(1e-6, 10), st.floats(1e-4, 0.2))
def test_an_estimate_at_the_end_of_the_interval_has_evidence_at_the_threshold(n, standard_error, rho2, alpha):
    z = half_width(n, standard_error, rho2, alpha) / standard_error
    assert log_e(n, z, rho2) == pytest.approx(np.log(1 / alpha))


@pytest.mark.parametrize("alpha", [0.001, 0.05, 0.2])
def test_the_optimal_prior_gives_the_narrowest_interval_at_the_planned_size(alpha):
    best = minimize_scalar(lambda log_rho2: half_width(500, 1, np.exp(log_rho2), alpha), bounds=(-12, 2))
    assert optimal_rho2(500, alpha) == pytest.approx(np.exp(best.x), rel=1e-3)
    assert half_width(500, 1, approximate_rho2(500, alpha), alpha) == pytest.approx(best.fun, rel=2e-3)


def test_the_reference_values_are_met():
    rho2 = optimal_rho2(10, 0.05)
    assert rho2 == pytest.approx(0.821196806206825, rel=1e-14)
    assert half_width([1, 100], [1, 0.1], rho2, 0.05) == pytest.approx([3.8232183330378, 0.324631075461313], rel=1e-14)
    assert approximate_rho2(10, 0.05) == pytest.approx(0.793615460173757, rel=1e-14)


def test_phases_are_weighted_by_their_units_and_their_balance():
    n = [[100, 100], [180, 20]]
    mean, variance, rho = [[1.0, 1.5], [3.0, 3.1]], [[4.0, 5.0], [6.0, 7.0]], [0.5, 0.1]
    first, second = 200 * 0.25, 200 * 0.09
    share = np.array([first, second]) / (first + second)
    estimate, error = stratified(n, mean, variance, rho)
    assert estimate == pytest.approx(share @ [0.5, 0.1])
    assert error == pytest.approx(share**2 @ [4 / 100 + 5 / 100, 6 / 180 + 7 / 20])


def test_a_ramp_while_the_base_rate_drifts_makes_no_effect():
    estimate, _ = stratified([[900, 100], [500, 500]], [[1.0, 1.0], [5.0, 5.0]], np.ones((2, 2)), [0.1, 0.5])
    assert estimate == 0


def test_a_phase_of_fewer_than_twenty_units_in_an_arm_is_left_out():
    kept = stratified([[20, 20]], [[0.0, 1.0]], [[1.0, 1.0]], [0.5])
    both = stratified([[20, 20], [500, 19]], [[0.0, 1.0], [7.0, np.nan]], [[1.0, 1.0], [np.nan, 3.0]], [0.5, 0.1])
    assert np.array_equal(both, kept)


def test_where_no_phase_is_left_there_is_no_estimate():
    n = [[[19, 500]], [[20, 20]]]
    estimate, error = stratified(n, np.zeros((2, 1, 2)), np.ones((2, 1, 2)), [0.5])
    assert np.isnan(estimate).tolist() == np.isnan(error).tolist() == [True, False]


@pytest.mark.parametrize(
    ("nonzero", "rho", "trusted"),
    [
        ([[50, 50]], [0.5], True),
        ([[50, 49]], [0.5], False),
        ([[25, 25], [25, 25]], [0.5, 0.2], True),
        ([[199, 500]], [0.81], False),
        ([[200, 500]], [0.81], True),
        ([[100, 100], [99, 99]], [0.1, 0.5], False),
    ],
)
def test_the_gate_asks_for_more_values_where_an_arm_is_small(nonzero, rho, trusted):
    assert gate(nonzero, rho) == trusted


def test_the_gate_judges_many_contrasts_at_once():
    assert gate([[[50, 50]], [[0, 500]]], [0.5]).tolist() == [True, False]
