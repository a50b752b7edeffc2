import numpy as np
import pytest

from stats.strata import Arms, gate, phase_shares, stratified


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


def test_two_arms_give_a_difference_a_lift_and_the_logarithm_of_a_ratio():
    arms = Arms(np.array([2.0, 3.0]), np.array([0.04, 0.09]))
    assert arms.difference() == (1.0, 0.13)
    assert arms.lift() == 0.5
    assert arms.log_ratio() == (np.log(1.5), pytest.approx(0.01 + 0.01))


def test_without_a_positive_control_there_is_no_lift_and_without_two_positive_means_no_logarithm():
    arms = Arms(np.array([[0.0, 1.0], [-1.0, 1.0], [2.0, -1.0]]), np.ones((3, 2)))
    assert np.array_equal(arms.lift(), [np.nan, np.nan, -1.5], equal_nan=True)
    assert np.isnan(arms.log_ratio()).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gate([[50, 50]], [0.5, 0.5]), r"nonzero must have shape \(..., phases, 2\), 2 phases of rho"),
        (lambda: phase_shares([50, 50, 50], [0.5]), r"n must have shape \(..., phases, 2\), 1 phases of rho"),
        (lambda: phase_shares([[50, -1]], [0.5]), r"n must be counts in \[0, inf\)"),
        (lambda: phase_shares([[50, 50]], [1.0]), r"rho must be in \(0, 1\)"),
    ],
)
def test_arms_and_phases_must_fit(call, message):
    with pytest.raises(ValueError, match=message):
        call()
