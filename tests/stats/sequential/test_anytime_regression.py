from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as sps
from scipy.integrate import quad, trapezoid
from scipy.optimize import minimize_scalar

from stats.adjusted import adjusted
from stats.regression import fit
from stats.sequential.anytime_regression import (
    AnytimeRegression,
    half_width,
    log_e_f,
    log_e_one_sided,
    log_e_t,
    optimal_g,
)
from stats.sequential.base import Design, Effect
from stats.sequential.cuped import Cuped
from tests.stats.units import totals_of

freedoms = st.integers(1, 10**6)
priors = st.floats(0.5, 1e4)


# R package avlm on 3 coefficients: n, g, estimate, standard error, t, p, lower end at alpha = 0.05.
REFERENCE = [
    (10, 1, 0.916710522578325, 0.501083622531005, 1.8294561653162, 0.823682147519198, -1.18086247142465),
    (50, 100, 2.17314444838346, 0.496103845825885, 4.38042249957917, 0.106849670044765, -0.457484366024826),
    (2000, 10, 0.153237712718065, 0.0447796260702982, 3.42204091828506, 0.042416914733931, 0.00219016302285965),
]


@pytest.mark.parametrize(("n", "g", "estimate", "standard_error", "t", "p", "lower"), REFERENCE)
def test_a_regression_matches_the_reference(n, g, estimate, standard_error, t, p, lower):
    assert np.exp(-log_e_t(t, n - 3, n, g)) == pytest.approx(p, rel=1e-9)
    assert estimate - half_width(standard_error, n - 3, n, g, 0.05) == pytest.approx(lower, rel=1e-9)


# R package avlm, found there by a search that ends within a thousandth.
@pytest.mark.parametrize(
    ("n", "alpha", "expected"), [(100, 0.05, 11.6172288), (1000, 0.01, 84.5181201), (10**5, 0.05, 12176.8210)]
)
def test_the_best_prior_matches_the_reference(n, alpha, expected):
    assert optimal_g(n, 2, alpha) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(("f", "d", "nu", "n", "g"), [(0.5, 1, 7, 10, 1), (3.0, 2, 20, 25, 5), (6.0, 3, 40, 50, 200)])
def test_evidence_is_the_ratio_of_the_statistic_s_densities(f, d, nu, n, g):
    share = g / (g + n)  # under the prior, share times F has the null's distribution
    ratio = sps.f.logpdf(f * share, d, nu) + np.log(share) - sps.f.logpdf(f, d, nu)
    assert log_e_f(f, d, nu, n, g) == pytest.approx(ratio, rel=1e-12)


@pytest.mark.parametrize(("nu", "n", "g"), [(3, 6, 1), (17, 20, 4), (60, 63, 9)])
def test_evidence_is_the_noncentral_likelihood_averaged_over_the_prior(nu, n, g):
    t, effects = 2.5, np.linspace(-9, 9, 4001) * np.sqrt(n / g)
    average = trapezoid(sps.nct.pdf(t, nu, effects) * sps.norm.pdf(effects, 0, np.sqrt(n / g)), effects)
    assert log_e_t(t, nu, n, g) == pytest.approx(np.log(average) - sps.t.logpdf(t, nu), abs=1e-6)


@pytest.mark.parametrize(("nu", "n", "g"), [(3, 6, 1), (17, 20, 4), (400, 403, 50)])
def test_under_the_null_evidence_is_worth_one_on_average(nu, n, g):
    worth, _ = quad(lambda t: np.exp(log_e_t(t, nu, n, g)) * sps.t.pdf(t, nu), 0, np.inf, epsabs=1e-12)
    assert 2 * worth == pytest.approx(1, abs=1e-8)


@given(st.floats(-30, 30), freedoms, priors)
def test_one_coefficient_tested_by_f_is_tested_by_t(t, nu, g):
    assert log_e_f(t**2, 1, nu, nu + 1, g) == pytest.approx(log_e_t(t, nu, nu + 1, g))


@given(freedoms, priors, st.floats(1e-4, 0.2), st.floats(1e-3, 1e3))
def test_a_coefficient_at_the_end_of_the_interval_has_evidence_at_the_threshold(nu, g, alpha, standard_error):
    radius = half_width(standard_error, nu, nu + 2, g, alpha)
    if np.isfinite(radius):
        assert log_e_t(radius / standard_error, nu, nu + 2, g) == pytest.approx(np.log(1 / alpha), rel=1e-6)
    else:
        assert log_e_t(1e150, nu, nu + 2, g) <= np.log(1 / alpha)


def test_a_few_units_under_a_strong_prior_exclude_nothing():
    assert half_width([1.0, 1.0], [7, 997], [10, 1000], 100, 0.05).tolist() == [np.inf, pytest.approx(3.0441, abs=1e-3)]


@pytest.mark.parametrize(("n", "coefficients", "alpha"), [(8, 2, 0.05), (40, 3, 0.2), (10**4, 2, 0.001)])
def test_the_best_prior_makes_the_interval_narrowest(n, coefficients, alpha):
    found = minimize_scalar(
        lambda log_g: half_width(1.0, n - coefficients, n, np.exp(log_g), alpha),
        bounds=(np.log(n) - 12, np.log(n) - 1),
        method="bounded",
        options={"xatol": 1e-9},
    )
    assert optimal_g(n, coefficients, alpha) == pytest.approx(np.exp(found.x), rel=1e-5)


def test_many_coefficients_are_judged_at_once():
    t, n = np.array([[1.0], [4.0]]), np.array([50, 100, 1000])
    expected = [[log_e_t(value, units - 3, units, 5) for units in n] for value in t[:, 0]]
    assert log_e_t(t, n - 3, n, 5) == pytest.approx(np.array(expected), rel=1e-14)
    assert optimal_g(n, 2, 0.05).tolist() == [optimal_g(units, 2, 0.05) for units in n]


REFUSED = [
    (lambda: log_e_f(-1.0, 1, 5, 10, 1), r"f must be in \[0, .*\], got -1"),
    (lambda: log_e_f(1.0, 0, 5, 10, 1), r"d must be in \(0, inf\), got 0"),
    (lambda: log_e_t(1.0, 0, 10, 1), r"nu must be in \(0, inf\), got 0"),
    (lambda: log_e_t(1.0, 5, 0, 1), r"n must be in \(0, inf\), got 0"),
    (lambda: log_e_t(1.0, 5, 10, 0), r"g must be in \(0, inf\), got 0"),
    (lambda: half_width(1.0, 5, 10, 1, 0.5), r"alpha must be in \(0, 0.2\], got 0.5"),
    (lambda: optimal_g(3, 3, 0.05), r"n - coefficients must be in \(0, inf\), got 0"),
    (lambda: optimal_g(3, 0, 0.05), r"coefficients must be in \(0, inf\), got 0"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_an_impossible_number_is_refused_with_its_name_and_range(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize(("t", "nu", "n", "g"), [(1.5, 3, 6, 1), (-2.5, 17, 20, 4), (0.0, 60, 63, 9)])
def test_one_sided_evidence_is_averaged_over_half_of_the_prior(t, nu, n, g, side):
    def joint(effect):
        return 2 * sps.norm.pdf(effect, 0, np.sqrt(n / g)) * sps.nct.pdf(side * t, nu, effect)

    average, _ = quad(joint, 0, 9 * np.sqrt(n / g), epsabs=1e-12)
    assert log_e_one_sided(t, nu, n, g, side) == pytest.approx(np.log(average) - sps.t.logpdf(t, nu), abs=1e-8)


@given(st.floats(-60, 60), freedoms, priors)
def test_the_two_sides_average_to_the_two_sided_evidence(t, nu, g):
    up, down = (log_e_one_sided(t, nu, nu + 3, g, side) for side in (1, -1))
    assert np.logaddexp(up, down) - np.log(2) == pytest.approx(log_e_t(t, nu, nu + 3, g), rel=1e-9, abs=1e-9)


def test_evidence_on_the_wrong_side_sinks_slowly_and_stays_finite():
    far = log_e_one_sided([-5.0, -50.0, -500.0, -1e5], 10**6, 10**6, 100, 1)
    assert np.all(np.diff(far) < 0)
    assert far[-1] > -20


DESIGN = Design(Effect(0.1, relative=True), baseline=20.0, units=4_000)
RHO = [0.3, 0.5]


def spenders(seed=1, looks=2, units=300, runs=(), lift=0):
    """Amounts that a covariate explains in part; the second half of the looks has another allocation and mean."""
    rng = np.random.default_rng(seed)
    phase = (np.arange(looks) >= looks // 2).astype(int)
    label = (rng.random((*runs, looks, units)) < np.array(RHO)[phase][:, None]).astype(int)
    x = rng.poisson(20 + 10 * phase[:, None], label.shape)
    return totals_of(label, x + rng.poisson(5 + 3 * phase[:, None] + lift * label, label.shape), x, phase)


def after(totals):
    return {name: total[..., -1, :, :] for name, total in totals.items()}


def test_the_test_of_totals_is_that_of_the_regression():
    totals, test = after(spenders(lift=1)), AnytimeRegression(DESIGN)
    found, prior = fit(totals, 1), optimal_g(4_000, 3, 0.05) / 4
    weights = found.freedom, found.information, prior
    assert test.estimate(totals, RHO) == found.coefficient
    for side, border in ((1, 0.0), (-1, 2.0)):
        t = (found.coefficient - border) / found.standard_error
        expected = pytest.approx(log_e_one_sided(t, *weights, side), rel=1e-12)
        assert test.log_e(totals, RHO, side, Effect(border)) == expected
        assert test.log_e(totals, RHO, side, Effect(border / 20, relative=True)) == expected
    half = half_width(found.standard_error, *weights, 0.05)
    assert test.interval(totals, RHO, 0.05) == (found.coefficient - half, found.coefficient + half)


def test_the_lift_compares_the_means_that_the_slope_adjusts():
    totals, test = after(spenders(lift=1)), AnytimeRegression(DESIGN)
    found, n = fit(totals, 1), totals["n"].astype(float)
    weight = n.prod(axis=-1) / n.sum(axis=-1)
    arms = adjusted(totals, weight / weight.sum(), found.slope, 1)
    assert arms.difference()[0] == pytest.approx(found.coefficient, rel=1e-12)
    assert test.estimate(totals, RHO, relative=True) == pytest.approx(found.coefficient / arms.means[0], rel=1e-12)
    frozen = Cuped(replace(DESIGN, theta=float(found.slope))).interval(totals, RHO, 0.05, relative=True)
    assert test.interval(totals, RHO, 0.05, relative=True) == pytest.approx(frozen, abs=1e-3)


def test_below_the_gate_or_with_nothing_left_to_explain_there_is_no_evidence():
    totals, test = after(spenders()), AnytimeRegression(DESIGN)
    shut = totals | {"nonzero": totals["nonzero"] // 10}
    explained = totals | {"sum": totals["x_sum"], "squares": totals["x_squares"], "products": totals["x_squares"]}
    for nothing in (shut, explained):
        assert test.log_e(nothing, RHO, 1) == 0
        assert np.isnan(test.interval(nothing, RHO, 0.05)).all()


def test_where_no_number_of_units_is_expected_the_prior_is_that_of_ten_thousand():
    totals = after(spenders(lift=1))
    usual, said = (AnytimeRegression(replace(DESIGN, units=units)) for units in (None, 10_000))
    assert usual.log_e(totals, RHO, 1) == said.log_e(totals, RHO, 1)


def test_with_a_ramp_and_drift_it_keeps_its_promise_and_finds_an_effect():
    test, runs = AnytimeRegression(DESIGN), 500
    for lift, fewest, most in ((0, 0, sps.binom.isf(0.001, runs, 0.05)), (1, 0.95 * runs, runs)):
        totals = spenders(41, looks=20, units=60, runs=(runs,), lift=lift)
        paths = np.maximum(*(test.log_e(totals, RHO, side) for side in (1, -1)))
        assert fewest <= (paths.max(axis=-1) >= np.log(2 / 0.05)).sum() <= most


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"baseline": None}, r"baseline must be in \(0, inf\) where the mde is relative, got None"),
        ({"alpha": 0.5}, r"alpha must be in \(0, 0.2\], got 0.5"),
        ({"scale": 0}, r"scale must be in \(0, inf\), got 0"),
        ({"units": 0}, r"units must be in \(0, inf\), got 0"),
        ({"units": 3}, r"n - coefficients must be in \(0, inf\), got 0"),
    ],
)
def test_an_impossible_design_is_refused_with_the_parameter_and_its_range(changes, message):
    with pytest.raises(ValueError, match=message):
        AnytimeRegression(replace(DESIGN, **changes))
