import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as sps
from scipy.integrate import trapezoid

from stats.sequential.normal_mixture import bound, log_mixture, optimal_rho

sides = pytest.mark.parametrize("one_sided", [True, False])
times = st.floats(0, 1e6)
precisions = st.floats(0.1, 1e4)
levels = st.floats(1e-4, 0.2)


# Python package confseq, rho tuned at v = 10 and alpha = 0.05.
@pytest.mark.parametrize(
    ("s", "v", "expected"),
    [(-3.0, 1, -1.2848099012756573), (0.0, 10, -0.9959099623542085), (10.0, 100, -1.0713320239006854)],
)
def test_one_sided_evidence_matches_the_reference(s, v, expected):
    assert log_mixture(s, v, optimal_rho(10, 0.05, one_sided=True), one_sided=True) == pytest.approx(
        expected, rel=1e-12
    )


@pytest.mark.parametrize(
    ("v", "alpha", "expected"),
    [(1, 0.05, 3.6343050899722584), (100, 0.01, 34.896104703216224), (1e4, 0.001, 460.2781837016323)],
)
def test_the_one_sided_boundary_matches_the_reference(v, alpha, expected):
    assert bound(v, alpha, optimal_rho(10, 0.05, one_sided=True), one_sided=True) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("s", "v", "rho"), [(0, 1, 1), (3, 2, 0.5), (-4, 10, 3), (30, 100, 20)])
def test_evidence_is_the_likelihood_ratio_averaged_over_the_prior(s, v, rho):
    rates = np.linspace(-14, 14, 200_001) / np.sqrt(rho)
    paid = np.exp(rates * s - rates**2 * v / 2) * sps.norm.pdf(rates, 0, 1 / np.sqrt(rho))
    assert log_mixture(s, v, rho, one_sided=False) == pytest.approx(np.log(trapezoid(paid, rates)), abs=1e-9)
    half = slice(rates.size // 2, None)
    above = np.log(2 * trapezoid(paid[half], rates[half]))
    assert log_mixture(s, v, rho, one_sided=True) == pytest.approx(above, abs=1e-7)


@sides
@pytest.mark.parametrize(("v", "rho"), [(1, 1), (50, 3), (0.2, 10)])
def test_under_the_null_evidence_is_worth_one_on_average(v, rho, one_sided):
    sums = np.linspace(-14, 14, 200_001) * np.sqrt(v * (v + rho) / rho)
    worth = np.exp(log_mixture(sums, v, rho, one_sided=one_sided) + sps.norm.logpdf(sums, 0, np.sqrt(v)))
    assert trapezoid(worth, sums) == pytest.approx(1, abs=1e-9)


@sides
@given(v=times, rho=precisions, alpha=levels)
def test_a_sum_at_the_boundary_has_evidence_at_the_threshold(one_sided, v, rho, alpha):
    evidence = log_mixture(bound(v, alpha, rho, one_sided=one_sided), v, rho, one_sided=one_sided)
    assert evidence == pytest.approx(np.log(1 / alpha), rel=1e-9)


def test_the_two_sided_boundary_is_the_square_root_of_its_formula():
    assert bound(100, 0.05, 20) == pytest.approx(np.sqrt(120 * np.log(120 / (20 * 0.05**2))), rel=1e-14)


@given(st.floats(1, 1e6), st.floats(1e-3, 0.2))
def test_tuning_puts_the_boundary_near_its_lowest_at_that_time(v, alpha):
    rho = optimal_rho(v, alpha, one_sided=False)
    lowest = bound(v, alpha, rho * np.geomspace(0.2, 5, 201)).min()
    assert lowest <= bound(v, alpha, rho) <= 1.01 * lowest


def test_one_side_is_tuned_like_two_sides_at_twice_the_level():
    assert optimal_rho(7, 0.05, one_sided=True) == optimal_rho(7, 0.1, one_sided=False)


def test_many_times_and_levels_are_judged_at_once():
    v, alpha = np.array([[1.0], [10.0], [1000.0]]), np.array([0.05, 0.01])
    expected = [[bound(time, level, 5.0, one_sided=True) for level in alpha] for time in v[:, 0]]
    assert bound(v, alpha, 5.0, one_sided=True).tolist() == np.array(expected).tolist()


REFUSED = [
    (lambda: optimal_rho(0, 0.05, one_sided=False), r"v_opt must be in \(0, inf\), got 0"),
    (lambda: optimal_rho(1, 0.3, one_sided=False), r"alpha_opt must be in \(0, 0.2\], got 0.3"),
    (lambda: log_mixture(1.0, -1, 1, one_sided=True), r"v must be in \[0, .*\], got -1"),
    (lambda: log_mixture(1.0, np.nan, 1, one_sided=True), r"v must be in \[0, .*\], got nan"),
    (lambda: log_mixture(1.0, 1, 0, one_sided=True), r"rho must be in \(0, inf\)"),
    (lambda: bound(1, 0, 1), r"alpha must be in \(0, 0.2\]"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_an_impossible_number_is_refused_with_its_name_and_range(call, message):
    with pytest.raises(ValueError, match=message):
        call()
