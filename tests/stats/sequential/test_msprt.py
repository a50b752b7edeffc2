from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as sps
from scipy.integrate import trapezoid

from stats.moments import moments
from stats.sequential.asymptotic_cs import AsymptoticCs
from stats.sequential.base import Design, Effect
from stats.sequential.msprt import Msprt, half_width, log_e, log_e_one_sided
from stats.strata import phase_shares, stratified, weighted
from tests.stats.units import totals_of

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


RHO = [0.1, 0.5]
DESIGN = Design(Effect(0.1, relative=True), baseline=4.0, cap=50.0)


def spenders(units=1_000, seed=1):
    """Totals of two phases in which the mean rises; half of the units spend nothing."""
    rng, phase = np.random.default_rng(seed), np.array([0, 1])
    label = (rng.random((2, units)) < np.array(RHO)[:, None]).astype(int)
    y = np.where(rng.random(label.shape) < 0.5, 0, rng.poisson(8 + 4 * phase[:, None] + 2 * label))
    return {name: total[-1] for name, total in totals_of(label, y, y, phase).items()}


def summary(totals):
    """(phases, 2) units, means and variances."""
    return totals["n"], *moments(totals["n"], totals["sum"], totals["squares"])


def test_the_test_of_totals_is_that_of_the_stratified_difference():
    totals, test = spenders(), Msprt(DESIGN)
    estimate, variance = stratified(*summary(totals), RHO)
    assert test.estimate(totals, RHO) == estimate
    for side, border in ((1, 0.0), (-1, 0.5)):
        expected = log_e_one_sided(estimate - border, variance, 0.4**2, side)
        assert test.log_e(totals, RHO, side, Effect(border)) == expected
        assert test.log_e(totals, RHO, side, Effect(border / 4, relative=True)) == pytest.approx(expected)
    half = half_width(variance, 0.4**2, 0.05)
    assert test.interval(totals, RHO, 0.05) == (estimate - half, estimate + half)


def test_the_lift_has_the_interval_of_the_logarithm_of_the_ratio():
    totals, test = spenders(), Msprt(DESIGN)
    arms = weighted(*summary(totals), phase_shares(totals["n"], RHO, 20))
    ratio, variance = np.log(arms.means[1] / arms.means[0]), (arms.errors / arms.means**2).sum()
    ends = np.expm1(ratio + half_width(variance, 0.1**2, 0.05) * np.array([-1, 1]))
    assert np.array(test.interval(totals, RHO, 0.05, relative=True)) == pytest.approx(ends, rel=1e-12)
    assert test.estimate(totals, RHO, relative=True) == pytest.approx(np.expm1(ratio), rel=1e-12)


def test_below_the_gate_there_is_no_evidence_and_no_interval_but_an_estimate():
    totals, test = spenders(300), Msprt(DESIGN)  # a lopsided phase asks for 200 nonzero values
    assert totals["nonzero"].sum(axis=0).min() < 200
    assert test.log_e(totals, RHO, 1) == 0
    assert np.isnan([*test.interval(totals, RHO, 0.05), *test.interval(totals, RHO, 0.05, relative=True)]).all()
    assert np.isfinite(test.estimate(totals, RHO))


def test_values_that_never_vary_are_no_evidence():
    same = {"n": 100, "nonzero": 100, "sum": 300, "squares": 900}
    totals = {name: np.full((1, 2), value, dtype=object) for name, value in same.items()}
    assert Msprt(DESIGN).log_e(totals, [0.5], 1) == 0


def test_a_lift_whose_bound_is_beyond_all_floats_is_open_above():
    few = {"n": 10**6, "nonzero": 400, "sum": 10**6, "squares": 10**12}
    totals = {name: np.full((1, 2), value, dtype=object) for name, value in few.items()}
    lower, upper = Msprt(Design(Effect(1e-4, relative=True), baseline=1.0)).interval(totals, [0.5], 0.05, relative=True)
    assert (lower, upper) == (pytest.approx(-1.0), np.inf)


def test_without_a_baseline_an_absolute_effect_has_an_interval_of_the_difference_only():
    totals, test = spenders(), Msprt(Design(Effect(0.4)))
    assert test.interval(totals, RHO, 0.05) == Msprt(DESIGN).interval(totals, RHO, 0.05)
    assert np.isnan(test.interval(totals, RHO, 0.05, relative=True)).all()
    with pytest.raises(ValueError, match=r"baseline must be in .* where the border is relative"):
        test.log_e(totals, RHO, 1, Effect(-0.1, relative=True))


def test_one_formula_has_two_names():
    totals = spenders()
    assert (AsymptoticCs.name, Msprt.name) == ("asymptotic_cs", "msprt")
    assert AsymptoticCs(DESIGN).log_e(totals, RHO, 1) == Msprt(DESIGN).log_e(totals, RHO, 1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"baseline": None}, r"baseline must be in \(0, inf\) where the mde is relative, got None"),
        ({"alpha": 0.5}, r"alpha must be in \(0, 0.2\], got 0.5"),
        ({"scale": 0}, r"scale must be in \(0, inf\), got 0"),
        ({"mde": Effect(-1.0)}, r"mde must be in \(0, inf\), got -1"),
    ],
)
def test_an_impossible_design_is_refused_with_the_parameter_and_its_range(changes, message):
    with pytest.raises(ValueError, match=message):
        Msprt(replace(DESIGN, **changes))
