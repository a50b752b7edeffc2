from fractions import Fraction
from statistics import fmean, variance

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stats.moments import moments


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
