"""Every path is counted: error rates and sample sizes of Wald's test are exact."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats.boundaries.sprt import operating_characteristics

ENUMERATED = [(0.5, 0.999, 0.05, 0.05), (0.2, 0.9, 0.05, 0.1), (0.1, 0.95, 0.01, 0.2), (0.05, 0.7, 0.1, 0.3)]
rates = st.tuples(st.floats(0.05, 0.45), st.floats(0.55, 0.95))
errors = st.floats(0.01, 0.2)


def enumerate_paths(p, p0, p1, alpha, beta, depth=24):
    """Rejections and trials over all strings of outcomes, and the probability of those longer than depth."""
    rejected, trials, open_ends = 0.0, 0.0, 0.0
    strings = [(1.0, 1.0, 0)]
    while strings:
        chance, ratio, length = strings.pop()
        if ratio >= (1 - beta) / alpha:
            rejected += chance
        elif length == depth:
            open_ends += chance
        elif ratio > beta / (1 - alpha):
            trials += chance
            strings.append((chance * p, ratio * p1 / p0, length + 1))
            strings.append((chance * (1 - p), ratio * (1 - p1) / (1 - p0), length + 1))
    return rejected, trials, open_ends


@pytest.mark.parametrize("design", ENUMERATED)
def test_all_strings_of_outcomes_together_give_the_same(design):
    p0, p1, *_ = design
    exact = operating_characteristics(*design)
    rejected0, trials0, open0 = enumerate_paths(p0, *design)
    rejected1, trials1, open1 = enumerate_paths(p1, *design)
    assert max(open0, open1) < 1e-5
    assert exact.type_i == pytest.approx(rejected0, abs=open0 + 1e-13)
    assert 1 - exact.type_ii == pytest.approx(rejected1, abs=open1 + 1e-13)
    assert (exact.asn0, exact.asn1) == pytest.approx((trials0, trials1), abs=100 * (open0 + open1) + 1e-12)


@pytest.mark.parametrize(
    ("design", "published"),
    [
        ((0.1, 0.2, 0.05, 0.1), (0.03900, 0.09657, 56.88, 59.26)),
        ((0.5, 0.6, 0.05, 0.05), (0.04628, 0.04576, 135.15, 136.58)),
    ],
)
def test_the_published_figures_are_met(design, published):
    type_i, type_ii, asn0, asn1 = operating_characteristics(*design)
    assert (type_i, type_ii) == pytest.approx(published[:2], abs=5e-6)
    assert (asn0, asn1) == pytest.approx(published[2:], abs=5e-3)


def test_a_path_that_meets_a_bound_exactly_has_reached_it():
    """With steps of log 3 and bounds of log 9 it is the gambler's ruin at two, which has a closed form."""
    assert operating_characteristics(0.25, 0.75, 0.1, 0.1) == pytest.approx((0.1, 0.1, 3.2, 3.2), abs=1e-14)


def test_a_failure_that_decides_everything_leaves_five_successes_to_reject():
    type_i, type_ii, asn0, asn1 = operating_characteristics(0.5, 0.999, 0.05, 0.05)
    assert (type_i, 1 - type_ii) == pytest.approx((0.5**5, 0.999**5), abs=1e-15)
    assert (asn0, asn1) == pytest.approx([sum(p**k for k in range(5)) for p in (0.5, 0.999)], abs=1e-14)


@given(rates, errors, errors)
@settings(max_examples=30, deadline=None)
def test_counting_failures_instead_swaps_the_hypotheses(p, alpha, beta):
    type_i, type_ii, asn0, asn1 = operating_characteristics(*p, alpha, beta)
    swapped = operating_characteristics(1 - p[1], 1 - p[0], beta, alpha)
    assert (type_ii, type_i, asn1, asn0) == pytest.approx(swapped, rel=1e-9)


@given(rates, errors, errors)
@settings(max_examples=30, deadline=None)
def test_walds_inequalities_hold(p, alpha, beta):
    type_i, type_ii, *_ = operating_characteristics(*p, alpha, beta)
    assert type_i <= alpha / (1 - beta) + 1e-12
    assert type_ii <= beta / (1 - alpha) + 1e-12
    assert type_i + type_ii <= alpha + beta + 1e-12


@pytest.mark.parametrize(
    ("design", "message"),
    [
        ((0.0, 0.2, 0.05, 0.1), r"p0 must be in \(0, 1\), got 0"),
        ((0.1, 1.0, 0.05, 0.1), r"p1 must be in \(0, 1\), got 1"),
        ((0.2, 0.1, 0.05, 0.1), r"p1 must be in \(p0, 1\), got 0.1 with p0 = 0.2"),
        ((0.1, 0.1, 0.05, 0.1), r"p1 must be in \(p0, 1\)"),
        ((0.1, float("nan"), 0.05, 0.1), r"p1 must be in \(0, 1\), got nan"),
        ((0.1, 0.2, 0.3, 0.1), r"alpha must be in \(0, 0.2\], got 0.3"),
        ((0.1, 0.2, 0.05, 0.0), r"beta must be in \(0, 0.5\], got 0.0"),
        ((0.1, 0.2, 0.05, 0.6), r"beta must be in \(0, 0.5\], got 0.6"),
    ],
)
def test_an_impossible_design_is_refused_with_its_name_and_range(design, message):
    with pytest.raises(ValueError, match=message):
        operating_characteristics(*design)
