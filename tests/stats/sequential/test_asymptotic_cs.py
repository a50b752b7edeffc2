import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from stats.sequential import msprt
from stats.sequential.asymptotic_cs import (
    approximate_rho2,
    half_width,
    log_e,
    optimal_rho2,
)


@given(st.integers(1, 10**6), st.floats(-10, 10), st.floats(1e-6, 10))
def test_the_published_form_is_the_mixture_with_the_prior_in_units_of_the_noise(n, z, rho2):
    assert log_e(n, z, rho2) == pytest.approx(msprt.log_e(z, 1, n * rho2))


@given(st.integers(1, 10**6), st.floats(1e-3, 10), st.floats(1e-6, 10), st.floats(1e-4, 0.2))
def test_an_estimate_at_the_end_of_the_interval_has_evidence_at_the_threshold(n, standard_error, rho2, alpha):
    z = half_width(n, standard_error, rho2, alpha) / standard_error
    assert log_e(n, z, rho2) == pytest.approx(np.log(1 / alpha))


@pytest.mark.parametrize("alpha", [0.001, 0.05, 0.2])
def test_the_optimal_prior_gives_the_narrowest_interval_at_the_planned_size(alpha):
    best = minimize_scalar(lambda log_rho2: half_width(500, 1, np.exp(log_rho2), alpha), bounds=(-12, 2))
    assert optimal_rho2(500, alpha) == pytest.approx(np.exp(best.x), rel=1e-3)
    assert half_width(500, 1, approximate_rho2(500, alpha), alpha) == pytest.approx(best.fun, rel=2e-3)


def test_the_reference_values_are_met():
    rho2 = optimal_rho2(10, 0.05)
    assert rho2 == pytest.approx(0.821196806206825, rel=1e-14)
    assert half_width([1, 100], [1, 0.1], rho2, 0.05) == pytest.approx([3.8232183330378, 0.324631075461313], rel=1e-14)
    assert approximate_rho2(10, 0.05) == pytest.approx(0.793615460173757, rel=1e-14)
