"""The real landing-page and e-mail experiments have known answers; degenerate ones have none."""

import numpy as np
import pytest
from scipy import stats as sps

from stats.fixed_sample import two_proportion_z, welch_z


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
