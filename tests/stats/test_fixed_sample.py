"""The real landing-page and e-mail experiments have known answers; degenerate ones have none."""

import numpy as np
import pytest
from scipy import stats as sps

from stats.fixed_sample import ratio_z, two_proportion_z, welch_z


def test_the_landing_page_experiment_has_its_known_answer():
    n, x = [[144_300, 144_389], [145_294, 145_290]], [[17_468, 17_268], [17_687, 17_486]]
    z, p = two_proportion_z(n, x)
    assert z == pytest.approx([-1.2054, -1.1404], abs=5e-5)
    assert p == pytest.approx([0.2280, 0.2541], abs=5e-5)


def test_welch_agrees_with_scipy():
    a, b = np.random.default_rng(1).normal([[0.0], [0.3]], [[1.0], [2.0]], (2, 500))
    z, p = welch_z([500, 500], [a.mean(), b.mean()], [a.var(ddof=1), b.var(ddof=1)])
    assert z == pytest.approx(sps.ttest_ind(b, a, equal_var=False).statistic)
    assert p == pytest.approx(2 * sps.norm.sf(abs(z)))


@pytest.mark.parametrize(("n", "x"), [([10, 0], [3, 0]), ([10, 10], [0, 0]), ([10, 10], [10, 10]), ([0, 0], [0, 0])])
def test_proportions_that_cannot_be_compared_are_nan(n, x):
    assert np.isnan(two_proportion_z(n, x)).all()


@pytest.mark.parametrize(("n", "variance"), [([10, 0], [1, np.nan]), ([10, 10], [0, 0]), ([1, 9], [np.nan, 1])])
def test_means_that_cannot_be_compared_are_nan(n, variance):
    assert np.isnan(welch_z(n, [1.0, 2.0], variance)).all()


def of_ratio(y, x):
    """Totals of two arms, (units, arms) each, as `ratio_z` takes them."""
    both = [np.full(2, len(y)), *((one.sum(axis=0)) for one in (y, y * y, x, x * x, x * y))]
    return [one.astype(object) for one in both]


def test_ratios_are_compared_by_what_is_left_of_the_numerator():
    rng = np.random.default_rng(2)
    x = rng.poisson(3, (700, 2))
    y = rng.binomial(x, [0.3, 0.4])
    ratio = y.sum(axis=0) / x.sum(axis=0)
    left = (y - ratio * x) / x.mean(axis=0)
    z, p = ratio_z(*of_ratio(y, x))
    assert z == pytest.approx((ratio[1] - ratio[0]) / np.sqrt(left.var(axis=0, ddof=1).sum() / 700), rel=1e-12)
    assert p == pytest.approx(2 * sps.norm.sf(abs(z)))


def test_a_ratio_over_units_that_all_have_one_is_a_mean():
    y = np.random.default_rng(3).poisson([2, 3], (400, 2)).astype(object) * 10**9
    z, _ = ratio_z(*of_ratio(y, np.full_like(y, 10**9)))
    means = y.astype(float) / 10**9
    assert z == pytest.approx(welch_z([400, 400], means.mean(axis=0), means.var(axis=0, ddof=1))[0], rel=1e-12)


@pytest.mark.parametrize("x", [[[0, 0]], [[0, 1], [0, 1]], [[1, 1], [1, 1]]])
def test_ratios_that_cannot_be_compared_are_nan(x):
    array = np.array(x, dtype=object)
    assert np.isnan(ratio_z(*of_ratio(array, array))).all()
