"""Closed forms as printed, in 50 digits: the kernels keep theirs where floats would cancel, overflow or underflow."""

from fractions import Fraction
from itertools import product

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats import multiplicity
from stats.boundaries.group_sequential import crossing_probability
from stats.boundaries.spending import spent
from stats.fixed_sample import two_proportion_z
from stats.sequential import anytime_regression, asymptotic_cs, msprt, normal_mixture
from stats.sequential.bounded_bet import BoundedBet
from stats.sequential.label_bet import LabelBet
from stats.sequential.multinomial import log_bayes_factor

counts = st.integers(0, 10**9)
levels = st.floats(1e-6, 0.2)
scales = st.floats(-8, 8).map(lambda exponent: 10.0**exponent)


@pytest.fixture(autouse=True)
def _fifty_digits():
    with mp.workdps(50):
        yield


def bayes_factor(n, theta, k):
    prior = [mp.mpf(k) * mp.mpf(p) for p in theta]
    gammas = sum(mp.loggamma(a + x) - mp.loggamma(a) - x * mp.log(p) for a, x, p in zip(prior, n, theta, strict=True))
    return gammas + mp.loggamma(sum(prior)) - mp.loggamma(sum(prior) + sum(n))


def log_two_phi(x):
    return mp.log(mp.erfc(-x / mp.sqrt(2)))


def mixture(d, s2, tau2):
    return (mp.log(s2 / (s2 + tau2)) + d**2 * tau2 / (s2 * (s2 + tau2))) / 2


@given(
    st.lists(counts, min_size=2, max_size=2), st.sampled_from([0.5, 0.25, 0.0078125]), st.sampled_from([1, 1000, 1e6])
)
def test_the_bayes_factor_of_a_split_keeps_its_digits_up_to_a_billion(n, share, k):
    theta = [share, 1 - share]
    expected = float(bayes_factor(n, theta, k))
    assert float(log_bayes_factor(n, theta, k)) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("n", [(10**9,) * 4, (10**9, 0, 5, 10**6), (0, 1, 0, 0), (250_000_500, 249_999_500, 1, 10**9)])
def test_the_bayes_factor_of_four_arms_keeps_its_digits(n):
    theta = [0.5, 0.25, 0.125, 0.125]
    expected = float(bayes_factor(n, theta, 1000))
    assert float(log_bayes_factor(n, theta, 1000)) == pytest.approx(expected, rel=1e-11, abs=1e-9)


@pytest.mark.parametrize("n", [(17, 20), (30, 16), (3, 5), (0, 16)])
def test_the_bayes_factor_of_a_few_units_is_known_to_the_last_digits(n):
    expected = float(bayes_factor(n, [0.5, 0.5], 2))
    assert float(log_bayes_factor(n, [0.5, 0.5], 2)) == pytest.approx(expected, rel=1e-12, abs=1e-13)


@given(st.floats(-1e3, 1e3), scales, scales)
def test_the_mixture_is_its_formula_at_any_scale(z, s2, tau2):
    d = z * np.sqrt(s2)
    exact = mixture(*map(mp.mpf, (d, s2, tau2)))
    assert float(msprt.log_e(d, s2, tau2)) == pytest.approx(float(exact), rel=1e-12, abs=1e-12)


@given(st.floats(-300, 300), scales, st.sampled_from([1, -1]))
def test_half_a_prior_far_on_the_wrong_side_is_not_rounded_to_nothing(z, tau2, side):
    drift = mp.mpf(z) * mp.sqrt(mp.mpf(tau2) / (1 + mp.mpf(tau2)))
    exact = mixture(mp.mpf(z), mp.mpf(1), mp.mpf(tau2)) + log_two_phi(side * drift)
    assert float(msprt.log_e_one_sided(z, 1.0, tau2, side)) == pytest.approx(float(exact), rel=1e-9, abs=1e-9)


@given(scales, scales, levels)
def test_the_half_width_solves_the_mixture_for_the_estimate(s2, tau2, alpha):
    width = mp.mpf(float(msprt.half_width(s2, tau2, alpha)))
    assert float(mixture(width, mp.mpf(s2), mp.mpf(tau2)) + mp.log(alpha)) == pytest.approx(0, abs=1e-11)


@given(st.integers(1, 10**9), levels)
def test_the_best_prior_is_a_branch_of_lamberts_function(n, alpha):
    exact = (-mp.lambertw(-(mp.mpf(alpha) ** 2) / mp.e, -1).real - 1) / n
    assert float(asymptotic_cs.optimal_rho2(n, alpha)) == pytest.approx(float(exact), rel=1e-12)
    evidence = -2 * mp.log(alpha)
    assert float(asymptotic_cs.approximate_rho2(n, alpha)) == pytest.approx(
        float((evidence + mp.log(1 + evidence)) / n)
    )


@given(st.integers(1, 10**9), st.floats(1e-9, 1e3), levels)
def test_the_published_half_width_is_its_formula(n, rho2, alpha):
    known = n * mp.mpf(rho2)
    exact = mp.sqrt(2 * (known + 1) / known * mp.log(mp.sqrt(known + 1) / mp.mpf(alpha)))
    assert float(asymptotic_cs.half_width(n, 1.0, rho2, alpha)) == pytest.approx(float(exact), rel=1e-12)


@given(st.floats(0, 1e8), st.integers(1, 5), st.integers(1, 10**9), st.floats(1e-3, 1e6))
def test_a_regression_is_its_formula_from_one_degree_of_freedom_to_a_billion(f, d, nu, g):
    n, r = nu + d, mp.mpf(g) / (mp.mpf(g) + nu + d)
    growth = mp.log(1 + d * mp.mpf(f) / nu) - mp.log(1 + r * d * mp.mpf(f) / nu)
    exact = (d * mp.log(r) + (nu + d) * growth) / 2
    assert float(anytime_regression.log_e_f(f, d, nu, n, g)) == pytest.approx(float(exact), rel=1e-9, abs=1e-7)


@given(st.integers(3, 10**9), st.floats(1, 1e3), levels)
def test_the_regression_s_half_width_is_its_formula(nu, g, alpha):
    n, level = nu + 2, mp.mpf(alpha)
    r = mp.mpf(g) / (mp.mpf(g) + n)
    w = (r * level**2) ** (mp.mpf(1) / (nu + 1))
    exact = mp.sqrt(nu * (1 - w) / (w - r)) if w > r else mp.inf
    tolerance = 1e-10 + float(1e-14 / abs(w / r - 1))  # the end is steep where w is only just above r
    assert float(anytime_regression.half_width(1.0, nu, n, g, alpha)) == pytest.approx(float(exact), rel=tolerance)


@given(st.floats(-200, 200), scales, scales)
def test_the_one_sided_normal_mixture_keeps_its_digits_in_the_tail(z, v, rho):
    s = z * np.sqrt(v + rho)
    time = mp.mpf(v) + mp.mpf(rho)
    exact = (mp.log(mp.mpf(rho) / time) + mp.mpf(s) ** 2 / time) / 2 + log_two_phi(mp.mpf(s) / mp.sqrt(time))
    actual = normal_mixture.log_mixture(s, v, rho, one_sided=True)
    assert float(actual) == pytest.approx(float(exact), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("log_m", [0.0, 1e-300, 1e-12, 1e-6, 1e-3, 0.3, 0.999, 1.0, 1.001, 5.0, 50.0, 690.0, 1e6])
def test_the_lifted_value_keeps_its_digits_beside_one(log_m):
    x = mp.mpf(log_m)
    with mp.workdps(700):
        exact = mp.log((mp.exp(x) - 1 - x) / x**2) if x else -mp.log(2)
    assert float(multiplicity.log_lifted(log_m)) == pytest.approx(float(exact), rel=1e-14)
    if log_m < 700:
        assert float(multiplicity.p_to_e(np.exp(-log_m))) == pytest.approx(float(mp.exp(exact)), rel=1e-12)


def gamma(j):
    return mp.mpf("0.07720838") * mp.log(max(j, 2)) / (j * mp.exp(mp.sqrt(mp.log(j))))


def test_levels_online_are_sums_of_gammas():
    p, alpha = [1.0] * 3 + [1e-9] + [1.0] * 6 + [1e-9, 1e-9] + [1.0] * 28, mp.mpf("0.05")
    first, *later = times = [t for t, value in enumerate(p, 1) if value < 1]
    assert times == [4, 11, 12]
    share = alpha / 10
    exact = [
        share * gamma(t)
        + ((alpha - share) * gamma(t - first) if t > first else 0)
        + alpha * sum(gamma(t - then) for then in later if t > then)
        for t in range(1, len(p) + 1)
    ]
    assert multiplicity.lord_plus_plus(p, 0.05) == pytest.approx([float(level) for level in exact], rel=1e-13)


def test_what_is_never_discovered_never_spends_more_than_its_share():
    """Beyond the last term gammas sum to the integral of 2 u^3 exp(-u) from u = sqrt(log j), to a millionth."""
    last = 5_000
    levels_of_nothing = multiplicity.lord_plus_plus(np.ones(last), 0.05)
    rest = mp.mpf("0.07720838") * 2 * mp.gammainc(4, mp.sqrt(mp.log(last + mp.mpf("0.5"))))
    assert float(levels_of_nothing.sum() / 0.005 + rest) == pytest.approx(0.976308, abs=2e-6)


@pytest.mark.parametrize("t", [0.003, 0.1, 0.5, 0.999, 1.0])
@pytest.mark.parametrize("sides", [1, 2])
def test_what_is_spent_early_keeps_its_digits(t, sides):
    level, part = mp.mpf("0.04") / sides, mp.mpf(t)
    quantile = mp.sqrt(2) * mp.erfinv(1 - level)
    exact = {
        ("obrien_fleming", None): mp.erfc(quantile / mp.sqrt(2 * part)),
        ("pocock", None): level * mp.log(1 + (mp.e - 1) * part),
        ("power", 3.0): level * part**3,
        ("hwang_shih_decani", -40.0): level * (1 - mp.exp(40 * part)) / (1 - mp.exp(40)),
        ("hwang_shih_decani", 1e-9): level * (1 - mp.exp(-part * mp.mpf(1e-9))) / (1 - mp.exp(-mp.mpf(1e-9))),
    }
    actual = {design: spent(np.array([t]), 0.04, design[0], sides, design[1]).item() for design in exact}
    assert actual == {design: pytest.approx(float(sides * value), rel=1e-11) for design, value in exact.items()}


@pytest.mark.parametrize(("t", "z"), [(0.5, 2.178), (0.1, 3.0), (0.9, 1.96)])
def test_two_looks_cross_as_often_as_a_double_integral_says(t, z):
    def going_on(b):
        rest = mp.sqrt(2 * (1 - mp.mpf(t)))
        return mp.npdf(b, 0, mp.sqrt(t)) * (mp.erf((z - b) / rest) + mp.erf((z + b) / rest)) / 2

    edge = z * mp.sqrt(t)
    with mp.workdps(20):
        exact = 1 - mp.quad(going_on, mp.linspace(-edge, edge, 9))
    assert crossing_probability([t, 1.0], z, 2)[-1] == pytest.approx(float(exact), abs=1e-12)


@pytest.mark.parametrize("cells", [(10**9, 999_900_000, 10**9, 1_000_100_000), (0, 10**9, 10**9, 0), (3, 1, 4, 1)])
@pytest.mark.parametrize("rho", [0.5, 0.99])
def test_a_wealth_of_a_billion_units_is_its_product(cells, rho):
    bet, step = LabelBet(mde=0.05, steps=(1.0,)), mp.mpf(0.05)
    paths = []
    for x in mp.linspace(mp.log(mp.mpf(4) / 996), mp.log(3), 6):
        c = 1 / (1 + mp.exp(-x))
        stake = min(step / (1 - c), mp.mpf(0.95) / max(c, 1 - c))
        share = mp.mpf(rho)
        scores = (1 - share) * (1 - c), -share * (1 - c), -(1 - share) * c, share * c
        paths.append(sum(n * mp.log(1 + stake * score) for n, score in zip(cells, scores, strict=True)))
    exact = mp.log(sum(mp.exp(path) for path in paths) / len(paths))
    assert float(bet.log_wealth([cells], [rho])) == pytest.approx(float(exact), rel=1e-12, abs=1e-11)


def test_a_bounded_wealth_of_a_billion_amounts_is_its_formula():
    n, cap, rho = 10**9, 10**8, 0.25
    totals = {"n": [[n, n]], "total": [[7 * n, 8 * n]], "squares": [[900 * n, 1100 * n]]}
    paths = []
    for c, share in product(map(Fraction, (cap * np.geomspace(1 / 1000, 1 / 2, 6)).tolist()), [Fraction(rho)]):
        first = (1 - share) * (8 * n - c * n) - share * (7 * n - c * n)
        second = (1 - share) ** 2 * (1100 - 16 * c + c**2) * n + share**2 * (900 - 14 * c + c**2) * n
        loss = max(share * (cap - c), (1 - share) * c)
        gain, spread = (mp.mpf(x.numerator) / x.denominator for x in (first / loss, second / loss**2))
        for k in range(1, 11):
            stake = mp.mpf(9 * k) / 100
            paths.append(stake * gain - (-mp.log(1 - stake) - stake) * spread)
    exact = mp.log(sum(mp.exp(path) for path in paths) / len(paths))
    actual = BoundedBet(cap=float(cap)).log_wealth(**totals, rho=[rho])
    assert float(actual) == pytest.approx(float(exact), rel=1e-9)


def test_the_p_of_a_huge_difference_is_tiny_but_known():
    n, x = np.array([10**6, 10**6]), np.array([100_000, 106_000])
    pooled = mp.mpf(206_000) / (2 * 10**6)
    z = (mp.mpf(6_000) / 10**6) / mp.sqrt(pooled * (1 - pooled) * 2 / mp.mpf(10**6))
    assert [a.item() for a in two_proportion_z(n, x)] == pytest.approx(
        [float(z), float(mp.erfc(z / mp.sqrt(2)))], rel=1e-10
    )
