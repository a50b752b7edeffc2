"""The measure itself: exact limits, intervals of a rate, and when a run stops."""

import numpy as np
import pytest

from streams.lab.calibration.harness import Rate, first, limit, rejections


@pytest.mark.parametrize(
    ("runs", "most"), [(2_000, [131, 35, 8]), (20_000, [1097, 245, 35]), (200_000, [10302, 2139, 245])]
)
def test_the_limits_are_those_of_the_specification(runs, most):
    assert [limit(runs, alpha) for alpha in (0.05, 0.01, 0.001)] == most


def test_a_rate_is_kept_up_to_its_limit_and_not_beyond():
    assert Rate(131, 2_000).keeps(0.05)
    assert not Rate(132, 2_000).keeps(0.05)


def test_the_interval_of_a_rate_is_wilsons():
    assert Rate(16, 300).wilson() == pytest.approx((0.0331, 0.0849), abs=1e-4)
    low, high = Rate(0, 100).wilson()
    assert low == pytest.approx(0, abs=1e-12)
    assert 0.03 < high < 0.04


def test_a_run_stops_at_the_first_look_that_reaches_and_otherwise_after_the_last():
    reached = np.array([[False, True, False], [True, True, False], [True, False, False]])
    assert list(first(reached)) == [1, 0, 3]


def test_a_run_rejects_once_whatever_comes_later():
    evidence = np.log([[1.0, 25.0], [19.9, 1.0], [3.0, 40.0]])
    assert rejections(evidence, 0.05) == Rate(1, 2)
