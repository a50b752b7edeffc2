import numpy as np
import pytest

from stats.logspace import bisect, logsumexp


def test_a_sum_of_exponentials_beyond_the_range_of_floats_is_found():
    assert logsumexp(np.array([[2000.0, 2000.0], [-2000.0, -np.inf]])).tolist() == [2000 + np.log(2), -2000.0]


def test_the_border_is_approached_from_either_side():
    outside, inside = np.array([0.0, 10.0]), np.array([10.0, 0.0])
    border = bisect(lambda x: np.where([True, False], x < np.pi, x > np.pi), outside, inside, 1e-9)
    assert border == pytest.approx([np.pi, np.pi], abs=1e-9)


def test_the_border_returned_is_itself_excluded():
    border = bisect(lambda x: x <= 1 / 3, np.array(0.0), np.array(1.0), 1e-9)
    assert 1 / 3 - 1e-9 <= border <= 1 / 3


def test_where_nothing_is_excluded_the_outer_end_is_returned():
    assert bisect(lambda x: x > 2, np.array([0.0]), np.array([1.0]), 1e-9).tolist() == [0.0]


def test_a_range_of_no_width_needs_no_search():
    assert bisect(lambda x: x > 2, np.array(0.5), np.array(0.5), 1e-9) == 0.5
