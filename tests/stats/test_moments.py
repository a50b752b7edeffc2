from fractions import Fraction
from statistics import fmean, variance

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats.moments import moments, residual_moments


def totals(values):
    return len(values), sum(values), sum(v * v for v in values)


@given(st.lists(st.integers(-(10**12), 10**12), min_size=2, max_size=20))
def test_moments_are_those_of_the_values_rounded_once(values):
    mean, spread = moments(*totals(values))
    assert (mean, spread) == (float(Fraction(sum(values), len(values))), float(variance(map(Fraction, values))))


def test_a_tiny_spread_around_a_huge_mean_is_not_lost():
    _, spread = moments(*totals([10**15, 10**15 + 1, 10**15 + 2]))
    assert spread == 1.0


def test_totals_beyond_sixty_four_bits_stay_exact():
    n, total, squares = totals([10**18] * 999 + [10**18 + 2])
    mean, spread = moments(*(np.array([t], dtype=object) for t in (n, total, squares)))
    assert (mean.tolist(), spread.tolist()) == ([1e18], [0.004])


def test_values_in_millionths_come_back_in_units():
    values = [1.25, 2.5, 3.75]
    mean, spread = moments(*totals([int(v * 10**6) for v in values]), scale=10**6)
    assert (mean, spread) == (fmean(values), variance(values))


def test_machine_integers_whose_products_would_overflow_do_not():
    machine = [np.array([t]) for t in totals([2 * 10**9, 2 * 10**9 + 6])]
    for n, total, squares in (machine, [list(t) for t in machine]):
        assert moments(n, total, squares)[1].tolist() == [18.0]


def test_nothing_has_no_mean_and_one_value_no_variance():
    mean, spread = moments([0, 1], [0, 5], [0, 25])
    assert np.array_equal(mean, [np.nan, 5.0], equal_nan=True)
    assert np.isnan(spread).all()


@pytest.mark.parametrize(
    ("n", "total", "squares"),
    [(-1, 0, 0), (0, 0, 1), (2, 3, 4), ([5, 2], [5, 3], [9, 4])],
    ids=["negative n", "squares of nobody", "squares too small", "one bad among many"],
)
def test_totals_that_no_values_have_are_refused(n, total, squares):
    with pytest.raises(
        ValueError, match=r"n must be in \[0, inf\) and squares >= total\*\*2 / n, got n, total, squares ="
    ):
        moments(n, total, squares)


pairs = st.lists(st.tuples(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9)), min_size=2, max_size=12)


def sums(pairs):
    y, x = zip(*pairs, strict=True)
    products = sum(one * other for one, other in pairs)
    return len(pairs), sum(y), sum(v * v for v in y), sum(x), sum(v * v for v in x), products


@given(pairs, st.floats(-100, 100), st.sampled_from([1, 10**6]))
def test_moments_of_what_a_slope_leaves_are_those_of_the_residuals_rounded_once(pairs, slope, scale):
    residuals = [(y - Fraction(slope) * x) / scale for y, x in pairs]
    mean, spread = residual_moments(*sums(pairs), slope=slope, scale=scale)
    assert (mean, spread) == (float(sum(residuals) / len(pairs)), float(variance(residuals)))


def test_a_slope_that_explains_all_but_one_unit_leaves_that_one():
    pairs = [(10**15 + 3 * k, k) for k in range(1000)] + [(10**15 + 3 * 1000 + 1, 1000)]
    _, spread = residual_moments(*sums(pairs), slope=3.0)
    assert spread == pytest.approx(1 / 1001, rel=1e-15)


def test_each_value_may_have_its_own_slope_and_an_unknown_slope_leaves_nothing():
    pairs = [(5, 1), (9, 2), (4, 4)]
    many = [np.full(3, total, dtype=object) for total in sums(pairs)]
    mean, spread = residual_moments(*many, slope=[0.0, 0.5, np.nan])
    halved = [y - x / 2 for y, x in pairs]
    assert mean.tolist() == [6, pytest.approx(fmean(halved)), pytest.approx(np.nan, nan_ok=True)]
    assert spread.tolist() == [7, pytest.approx(variance(halved)), pytest.approx(np.nan, nan_ok=True)]
