import mpmath
import numpy as np
import pytest
from scipy.special import log_ndtr

from stats.student import log_cdf


def exact(t, nu):
    with mpmath.workdps(40):
        t, nu = mpmath.mpf(t), mpmath.mpf(nu)
        return float(mpmath.log(mpmath.betainc(nu / 2, 0.5, 0, nu / (nu + t * t), regularized=True) / 2))


@pytest.mark.parametrize("nu", [1, 2.5, 30, 97, 103, 1000, 20_000])
@pytest.mark.parametrize("t", [0.0, -1.0, -6.0, -6.4, -8.0, -50.0, -5000.0])
def test_the_lower_tail_is_exact_where_the_distribution_function_is_zero_as_a_float(t, nu):
    assert log_cdf(t, nu) == pytest.approx(exact(t, nu), rel=1e-12)


def test_the_upper_tail_is_one_less_the_lower():
    t, nu = np.array([0.0, 0.1, 2.0, 100.0]), 12
    assert log_cdf(t, nu) == pytest.approx(np.log1p(-np.exp([exact(-value, nu) for value in t])), rel=1e-12)


def test_with_a_trillion_degrees_of_freedom_it_is_normal():
    t = np.array([-30.0, -6.4, -6.0, 0.0, 3.0])
    assert log_cdf(t, 1e12) == pytest.approx(log_ndtr(t), rel=1e-6)


def test_the_two_ways_of_computing_it_meet_without_a_step():
    edge = -np.sqrt(100 * np.expm1(2 * 20 / 100))  # where the quadrature takes over
    below, above = log_cdf(edge * np.array([1 + 1e-13, 1 - 1e-13]), 100)
    assert below == pytest.approx(above, rel=1e-11)


def test_many_values_and_freedoms_are_taken_at_once():
    t, nu = np.array([[-100.0], [1.0]]), np.array([3.0, 50.0])
    assert log_cdf(t, nu).tolist() == [[float(log_cdf(value, freedom)) for freedom in nu] for value in t[:, 0]]


def test_an_impossible_freedom_is_refused():
    with pytest.raises(ValueError, match=r"nu must be in \(0, inf\), got 0"):
        log_cdf(1.0, 0)
