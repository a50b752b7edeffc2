import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats.logspace import bisect, cross, logsumexp

SHAPES = {
    "straight": lambda d: d,
    "steep beyond": lambda d: np.where(d > 0, 1e6 * d**2, d),
    "flat beyond": lambda d: np.where(d > 0, 1e-6 * d, 1e3 * d),
    "curved": lambda d: np.expm1(5 * d),
    "of two heights": lambda d: np.where(d >= 0, 1.0, -1.0),
    "a jump": lambda d: np.where(d >= 0, 1 + d, 10 * d - 3),
}


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


def counted(excess):
    """An excess that remembers how often it was asked."""

    def ask(x):
        ask.times += 1
        return excess(x)

    ask.times = 0
    return ask


@given(
    name=st.sampled_from([*SHAPES]),
    borders=st.lists(st.floats(-0.99, 0.99), min_size=1, max_size=5),
    side=st.sampled_from([1, -1]),
    width=st.floats(1, 9),
)
def test_whatever_its_shape_an_excess_is_followed_to_the_border_bisection_finds(name, borders, side, width):
    """Alone or in company, to the last bit."""
    shape, at = SHAPES[name], np.array(borders)
    ends = np.full(len(borders), -side * width), np.full(len(borders), side * width)
    found = cross(lambda x: shape(side * (at - x)), *ends, 1e-9)
    assert found == pytest.approx(bisect(lambda x: shape(side * (at - x)) >= 0, *ends, 1e-9), abs=2e-9)
    assert np.all(shape(side * (at - found)) >= 0)
    alone = [cross(lambda x, b=b: shape(side * (b - x)), *(end[:1] for end in ends), 1e-9) for b in borders]
    assert found.tolist() == np.concatenate(alone).tolist()


@pytest.mark.parametrize(("excess", "found"), [(-1.0, 0.0), (1.0, 9.0)])
def test_where_nothing_is_excluded_or_all_one_of_the_ends_is_the_border(excess, found):
    assert cross(lambda x: np.full(x.shape, excess), np.array([0.0]), np.array([9.0]), 1e-9).tolist() == [found]


def test_a_smooth_excess_takes_half_the_steps_of_bisection():
    ask = counted(lambda x: np.expm1(3 * (np.array([0.1, 0.7]) - x)))
    cross(ask, np.zeros(2), np.full(2, 10.0), 1e-9)
    assert ask.times <= 17  # of 34


def test_no_excess_takes_many_more():
    for shape in SHAPES.values():
        ask = counted(lambda x, shape=shape: shape(np.linspace(-0.9, 0.9, 50) - x))
        cross(ask, np.full(50, -1.0), np.full(50, 1.0), 1e-9)
        assert ask.times <= 2 * 31
