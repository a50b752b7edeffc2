from itertools import product
from math import log, log1p, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from stats.sequential.betting import interval, log_capital, log_e

WEYL = ((np.arange(1, 501) * 0.6180339887498949) % 1) ** 2  # equidistributed squares, mean 1/3
observations = arrays(float, st.integers(1, 30), elements=st.floats(0, 1))
means = st.floats(0.05, 0.95)


def hedged(mean, observation):
    above, below = log_capital(WEYL, mean)
    return np.exp(np.maximum(above, below)[observation - 1]) / 2


# Python package confseq, betting_mart on the same stream.
@pytest.mark.parametrize(
    ("mean", "observation", "expected"),
    [
        (0.3, 1, 0.5683050093750877),
        (0.3, 3, 0.5781218018206848),
        (0.5, 2, 0.8073725421878943),
        (0.5, 99, 4347.211325843836),
    ],
)
def test_the_capital_matches_the_reference(mean, observation, expected):
    assert hedged(mean, observation) == pytest.approx(expected, rel=1e-10)


# Python package ville, BettingTest on the same stream.
@pytest.mark.parametrize(
    ("observation", "expected"), [(1, 0.9962429190104386), (3, 0.866862663014739), (13, 0.9018488129403256)]
)
def test_the_evidence_matches_the_reference(observation, expected):
    assert np.exp(log_e(WEYL, 0.4)[observation - 1]) == pytest.approx(expected, rel=1e-12)


def capital_step_by_step(x, mean, alpha, truncation, theta):
    seen, spread, above, below, variance = 0.5, 0.25, 0.0, 0.0, 0.25
    for t, value in enumerate(x, 1):
        stake = sqrt(2 * log(1 / (alpha * theta)) / (t * log1p(t) * variance))
        above += log1p(min(stake, truncation / mean) * (value - mean))
        below += log1p(-min(stake, truncation / (1 - mean)) * (value - mean))
        seen += value
        spread += (value - seen / (t + 1)) ** 2
        variance = spread / (t + 1)
    return above, below


@given(observations, means, st.floats(0.001, 0.2), st.floats(0.1, 0.9), st.floats(0.1, 0.9))
def test_the_capital_is_earned_step_by_step_with_stakes_from_the_past(x, mean, alpha, truncation, theta):
    above, below = log_capital(x, mean, alpha, truncation, theta)
    expected = capital_step_by_step(x, mean, alpha, truncation, theta)
    assert (above[-1], below[-1]) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("mean", [0.05, 0.3, 0.5, 0.9])
def test_under_the_null_the_capital_is_worth_one_on_average(mean):
    paths = np.array(list(product([0, 1], repeat=8)))
    chance = np.prod(np.where(paths, mean, 1 - mean), axis=-1)
    for capital in (*log_capital(paths, mean), log_e(paths, mean, theta=0.3)):
        assert chance @ np.exp(capital) == pytest.approx(np.ones(8), abs=1e-12)


@given(observations, means)
def test_no_observation_takes_more_than_the_truncation(x, mean):
    for capital in log_capital(x, mean, truncation=0.5):
        assert np.all(np.diff(capital, prepend=0) >= np.log(0.5) - 1e-12)


@given(observations)
def test_the_interval_ends_where_a_bet_has_won(x):
    lower, upper = interval(x, alpha=0.1)
    assert 0 <= lower <= upper <= 1
    if lower > 0:
        won, missed = (log_capital(x, mean, alpha=0.1)[0][-1] for mean in (lower, lower + 2e-9))
        assert won > np.log(20) - 1e-9 > missed
    if upper < 1:
        won, missed = (log_capital(x, mean, alpha=0.1)[1][-1] for mean in (upper, upper - 2e-9))
        assert won > np.log(20) - 1e-9 > missed


def test_the_parts_of_the_coin_set_the_ends_of_the_interval():
    lower, upper = interval(WEYL, alpha=0.05, theta=0.2)
    assert log_capital(WEYL, lower, 0.05, theta=0.2)[0][-1] == pytest.approx(np.log(1 / (0.05 * 0.2)), abs=1e-5)
    assert log_capital(WEYL, upper, 0.05, theta=0.2)[1][-1] == pytest.approx(np.log(1 / (0.05 * 0.8)), abs=1e-5)


def test_the_interval_closes_around_the_mean():
    lower, upper = interval([WEYL, 1 - WEYL])
    assert (lower.tolist(), upper.tolist()) == (
        pytest.approx([0.292, 0.623], abs=0.02),
        pytest.approx([0.377, 0.708], abs=0.02),
    )
    assert lower + upper[::-1] == pytest.approx([1, 1], abs=1e-8)


def test_many_streams_are_bet_on_at_once():
    streams, hypotheses = np.stack([WEYL, WEYL[::-1], 1 - WEYL]), [0.3, 0.4, 0.5]
    expected = [log_e(x, m) for x, m in zip(streams, hypotheses, strict=True)]
    assert log_e(streams, hypotheses) == pytest.approx(np.array(expected), rel=1e-14)


REFUSED = [
    (lambda: log_capital([0.5, 1.5], 0.5), r"x must be in \[0, 1\], got 1.5"),
    (lambda: log_capital([0.5, np.nan], 0.5), r"x must be in \[0, 1\], got nan"),
    (lambda: log_capital([0.5], 1.0), r"mean must be in \(0, 1\), got 1"),
    (lambda: log_capital([0.5], 0.5, alpha=0.0), r"alpha must be in \(0, 0.2\], got 0"),
    (lambda: log_capital([0.5], 0.5, truncation=1.0), r"truncation must be in \(0, 1\), got 1"),
    (lambda: log_capital([0.5], 0.5, theta=0.0), r"theta must be in \(0, 1\), got 0"),
    (lambda: interval([]), r"observations must be in \(0, inf\), got 0"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_an_impossible_number_is_refused_with_its_name_and_range(call, message):
    with pytest.raises(ValueError, match=message):
        call()
