from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats.sequential.multinomial import log_bayes_factor, log_rate_ratio_interval, srm

HILLSTROM = [[21_306, 21_307, 21_387]]
LANDING_PAGE = [[144_300, 144_389]]
THIRDS = [1 / 3, 1 / 3, 1 / 3]

# Reference values in 60-digit arithmetic, from the formula as published.
EXACT = [
    ([15, 17], [0.5, 0.5], 2, -1.4694124056854871),
    ([300_000, 700_500], [0.3, 0.7], 1, -7.1225799779987923),
    ([500_000_000, 500_020_000], [0.5, 0.5], 1000, -6.708019978278705),
    ([100_003_000, 399_998_000, 499_999_000], [0.1, 0.4, 0.5], 100, -16.078354862956097),
    ([333_333_333, 333_343_333, 333_333_334], THIRDS, 30, -17.244303834948946),
    ([990_000_000, 10_002_000], [0.99, 0.01], 10**6, -3.2566957128742679),
    ([10**9, 0], [0.9, 0.1], 1000, 105359128.87845013),
]


@pytest.mark.parametrize(("counts", "probabilities", "concentration", "expected"), EXACT)
def test_no_digits_are_lost_up_to_a_billion_units(counts, probabilities, concentration, expected):
    actual = log_bayes_factor(counts, probabilities, concentration)
    assert actual == pytest.approx(expected, rel=1e-14, abs=1e-10)


@given(st.lists(st.integers(0, 2), max_size=60), st.floats(0.1, 1000))
def test_evidence_is_the_product_of_the_predictions_unit_by_unit(arms, concentration):
    theta, counts, log_e = np.array([0.2, 0.3, 0.5]), np.zeros(3), 0.0
    for arm in arms:
        predicted = (concentration * theta[arm] + counts[arm]) / (concentration + counts.sum())
        log_e += np.log(predicted / theta[arm])
        counts[arm] += 1
    assert log_bayes_factor(counts, theta, concentration) == pytest.approx(log_e, rel=1e-10, abs=1e-10)


@given(st.integers(1, 6), st.floats(0.05, 0.95), st.floats(0.1, 1000))
def test_evidence_is_worth_one_on_average(units, share, concentration):
    theta = np.array([share, 1 - share])
    sequences = np.array(list(product([0, 1], repeat=units)))
    counts = np.stack([(sequences == arm).sum(axis=1) for arm in (0, 1)], axis=-1)
    chance = np.prod(theta**counts, axis=-1)
    assert chance @ np.exp(log_bayes_factor(counts, theta, concentration)) == pytest.approx(1, abs=1e-9)


def test_nobody_is_no_evidence():
    assert log_bayes_factor([0, 0], [0.3, 0.7], 1000) == 0


def test_the_real_experiments_match_the_reference():
    assert srm(HILLSTROM, [THIRDS], 1000) == pytest.approx(-4.075375, abs=5e-7)
    assert srm(LANDING_PAGE, [[0.5, 0.5]], 1000) == pytest.approx(-2.820981, abs=5e-7)


def test_a_broken_split_is_found_and_many_experiments_at_once():
    counts = [[[5_000, 5_000]], [[5_000, 5_600]]]
    assert (srm(counts, [[0.5, 0.5]], 1000) > np.log(1000)).tolist() == [False, True]


def test_evidence_of_phases_adds():
    counts, weights = [[900, 120], [480, 520]], [[0.9, 0.1], [0.5, 0.5]]
    expected = sum(log_bayes_factor(n, w, 50) for n, w in zip(counts, weights, strict=True))
    assert srm(counts, weights, 50) == pytest.approx(expected)


def test_a_dead_arm_is_overwhelming_evidence():
    assert srm([[10_000, 10_000, 0]], [THIRDS], 1000) > 1000


@pytest.mark.parametrize(
    ("counts", "theta", "concentration", "expected"),
    [
        ([120, 30], [0.8, 0.2], 1, (-0.7549888281547857, 0.6564790012851234)),
        ([5000, 5300], [0.5, 0.5], 100, (-0.006278117335968045, 0.12285640506316389)),
        ([90, 12], [0.9, 0.1], 1000, (-0.6855055530222098, 0.8937531851664129)),
    ],
)
def test_the_interval_of_the_rate_ratio_matches_the_reference(counts, theta, concentration, expected):
    assert log_rate_ratio_interval(counts, theta, concentration, 0.05) == pytest.approx(expected, abs=1e-7)


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.floats(0.1, 0.9), st.sampled_from([1, 1000]))
def test_the_interval_contains_the_estimate_and_ends_where_the_test_rejects(control, treated, share, concentration):
    theta = np.array([1 - share, share])
    lower, upper = log_rate_ratio_interval([control, treated], theta, concentration, 0.05)
    assert lower <= np.log(treated / control) - np.log(share / (1 - share)) <= upper
    rejected = log_bayes_factor([control, treated], theta, concentration) >= np.log(20)
    assert rejected == (not lower < 0 < upper)


def test_arms_without_events_leave_the_ratio_open():
    lower, upper = log_rate_ratio_interval([[0, 50], [50, 0], [0, 0]], [0.5, 0.5], 1, 0.05)
    assert (lower.tolist()[1:], upper.tolist()[::2]) == ([-40, -40], [40, 40])
    assert lower[0] > 2
    assert upper[1] < -2
