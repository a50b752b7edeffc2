import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as sps
from scipy.integrate import trapezoid

from stats.sequential.msprt import half_width, log_e, log_e_one_sided

estimates = st.floats(-3, 3)
variances = st.floats(0.01, 1)


@given(estimates, variances, variances)
def test_evidence_is_the_likelihood_averaged_over_the_normal_prior(estimate, variance, tau2):
    mixture = sps.norm.logpdf(estimate, 0, np.sqrt(variance + tau2))
    assert log_e(estimate, variance, tau2) == pytest.approx(mixture - sps.norm.logpdf(estimate, 0, np.sqrt(variance)))


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize(
    ("estimate", "variance", "tau2"), [(0, 1, 1), (0.7, 0.1, 0.3), (-0.2, 0.01, 0.02), (2, 0.5, 0.1)]
)
def test_one_sided_evidence_is_averaged_over_half_of_the_prior(estimate, variance, tau2, side):
    effects = np.linspace(0, 12 * np.sqrt(tau2), 100_001)
    likelihood_ratio = np.exp((side * effects * estimate - effects**2 / 2) / variance)
    average = trapezoid(2 * likelihood_ratio * sps.norm.pdf(effects, 0, np.sqrt(tau2)), effects)
    assert log_e_one_sided(estimate, variance, tau2, side) == pytest.approx(np.log(average), abs=1e-7)


@given(estimates, variances, variances)
def test_the_two_sides_average_to_the_two_sided_evidence(estimate, variance, tau2):
    up, down = (log_e_one_sided(estimate, variance, tau2, side) for side in (1, -1))
    assert np.logaddexp(up, down) - np.log(2) == pytest.approx(log_e(estimate, variance, tau2))


@given(variances, variances, st.floats(1e-4, 0.2))
def test_an_estimate_at_the_end_of_the_interval_has_evidence_at_the_threshold(variance, tau2, alpha):
    end = half_width(variance, tau2, alpha)
    assert log_e(end, variance, tau2) == pytest.approx(np.log(1 / alpha))


@pytest.mark.parametrize(("variance", "tau2"), [(1, 1), (0.3, 0.01), (0.01, 0.2)])
def test_under_the_null_evidence_is_worth_one_on_average(variance, tau2):
    estimates = np.linspace(-12, 12, 100_001) * np.sqrt(variance + tau2)
    worth = np.exp(log_e(estimates, variance, tau2) + sps.norm.logpdf(estimates, 0, np.sqrt(variance)))
    assert trapezoid(worth, estimates) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("variance", [0.0, -1.0, np.nan])
def test_without_a_variance_there_is_no_evidence(variance):
    assert np.isnan(
        [log_e(0.1, variance, 1), log_e_one_sided(0.1, variance, 1, 1), half_width(variance, 1, 0.05)]
    ).all()


def test_a_contrast_without_an_estimate_does_not_disturb_its_neighbours():
    log_es = log_e([0.1, np.nan, 0.3], [0.01, np.nan, 0.02], 0.05)
    assert np.isnan(log_es).tolist() == [False, True, False]
