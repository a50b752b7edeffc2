import csv
from decimal import Decimal, localcontext
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.integrate import quad

from stats.multiplicity import (
    bonferroni,
    closed,
    discoveries,
    e_bh,
    holm,
    log_lifted,
    lord_plus_plus,
    omnibus,
    p_to_e,
)

EVIDENCE = arrays(float, st.tuples(st.integers(1, 3), st.integers(1, 5)), elements=st.floats(-20, 20))


def smallest_average_of_sets_with(j, values):
    others = [k for k in range(len(values)) if k != j]
    return min(np.mean(values[[j, *s]]) for r in range(len(values)) for s in combinations(others, r))


@given(EVIDENCE)
def test_closed_evidence_is_the_least_average_over_all_sets_that_contain_the_variant(log_e):
    expected = [[smallest_average_of_sets_with(j, row) for j in range(row.size)] for row in np.exp(log_e)]
    assert np.exp(closed(log_e)) == pytest.approx(np.array(expected), rel=1e-12)


def test_a_variant_without_rivals_keeps_its_evidence():
    assert closed([[3.0], [-2.0]]).tolist() == [[3.0], [-2.0]]


def test_evidence_beyond_the_range_of_floats_is_averaged():
    assert closed([900.0, -900.0]) == pytest.approx([900 - np.log(2), -900])


@given(EVIDENCE)
def test_the_omnibus_is_the_average_of_the_evidence_against_each_variant(log_e):
    assert np.exp(omnibus(log_e)) == pytest.approx(np.exp(log_e).mean(axis=-1), rel=1e-12)


def test_the_omnibus_of_evidence_beyond_the_range_of_floats_is_finite():
    assert omnibus([[900.0, -900.0, 0.0], [-900.0, -900.0, -900.0]]) == pytest.approx([900 - np.log(3), -900])


def test_holm_steps_down():
    assert holm([[0.01, 0.04, 0.03], [0.9, 0.5, 0.01]]) == pytest.approx(np.array([[0.03, 0.06, 0.06], [1, 1, 0.03]]))


def test_bonferroni_multiplies_by_the_number_of_variants():
    assert bonferroni([0.01, 0.02, 0.5]) == pytest.approx([0.03, 0.06, 1])


@given(arrays(float, 4, elements=st.floats(0, 1)))
def test_holm_is_never_more_cautious_than_bonferroni_nor_bolder_than_no_correction(p):
    assert np.all(p <= holm(p))
    assert np.all(holm(p) <= bonferroni(p))


# Python package ville, p_to_e.
@pytest.mark.parametrize(
    ("p", "expected"),
    [(1e-10, 18861169.655845825), (0.001, 20.791133540988064), (0.05, 1.783322181482338), (0.5, 0.6386739401166445)],
)
def test_the_worth_of_a_p_value_matches_the_reference(p, expected):
    assert p_to_e(p) == pytest.approx(expected, rel=1e-13)


def test_the_ends_of_the_p_scale_are_worth_a_half_and_all_that_floats_can_say():
    smallest = np.finfo(float).tiny
    most = 1 / (smallest * np.log(smallest) ** 2)
    assert p_to_e([1.0, 0.0, smallest / 4]) == pytest.approx([0.5, most, most], rel=1e-12)


@given(st.floats(0, 600))
def test_the_lifted_value_is_the_formula_in_many_digits(max_log_e):
    with localcontext(prec=80):
        log_m = Decimal(max_log_e)
        expected = (log_m.exp() - 1 - log_m) / log_m**2 if max_log_e > 1e-12 else Decimal("0.5")
        assert log_lifted(max_log_e) == pytest.approx(float(expected.ln()), rel=1e-13, abs=1e-12)


def test_the_lifted_value_has_no_seam_and_no_end():
    assert np.diff(log_lifted([1 - 1e-12, 1.0, 1 + 1e-12])) == pytest.approx([0, 0], abs=1e-11)
    assert log_lifted(5000) == pytest.approx(5000 - 2 * np.log(5000))


@pytest.mark.parametrize("max_log_e", [0.0, -3.0, -np.inf])
def test_what_never_earned_is_lifted_to_a_half(max_log_e):
    assert log_lifted(max_log_e) == pytest.approx(np.log(0.5))


def test_a_uniform_p_value_is_worth_one_on_average():
    worth, _ = quad(lambda log_m: np.exp(log_lifted(log_m) - log_m), 0, np.inf, epsabs=1e-9, limit=500)
    assert worth == pytest.approx(1, abs=1e-8)


MANY = [4.86e20, 3.42e8, 1.77e6, 3.48e5, 0.331, 0.333, 0.33, 25.0, 12.0, 41.0, 1.2, 0.0]


# Python package ville, e-BH.
@pytest.mark.parametrize(("alpha", "rejected"), [(0.1, [0, 1, 2, 3, 7, 9]), (0.01, [0, 1, 2, 3])])
def test_discoveries_among_e_values_match_the_reference(alpha, rejected):
    assert np.flatnonzero(e_bh(MANY, alpha)).tolist() == rejected


@given(arrays(float, st.integers(1, 6), elements=st.floats(0, 200)), st.sampled_from([0.01, 0.05, 0.2]))
def test_the_largest_set_that_supports_itself_is_rejected(e_values, alpha):
    supported = [k for k in range(1, e_values.size + 1) if np.sort(e_values)[-k] >= e_values.size / (k * alpha)]
    count = max(supported, default=0)
    assert e_bh(e_values, alpha).tolist() == [bool(np.sum(e_values > e) < count) for e in e_values]


def test_each_family_is_judged_on_its_own_and_nobody_is_no_family():
    assert e_bh([[40.0, 1.0], [39.0, 1.0], [np.inf, 20.0]], 0.05).tolist() == [
        [True, False],
        [False, False],
        [True, True],
    ]
    assert e_bh([], 0.05).tolist() == []


def test_experiments_are_discovered_by_their_lifted_highest_evidence():
    assert discoveries([900.0, 9.0, 0.0], 0.05).tolist() == [True, True, False]
    assert discoveries([900.0, 6.0, 0.0], 0.05).tolist() == [True, False, False]


def test_under_the_null_lifted_evidence_at_the_best_time_is_worth_at_most_one():
    """A bettor doubles up on a fair coin and stops at the highest wealth ever seen, as if it had been known."""
    wealth = np.cumsum(np.log1p(0.8 * np.array(list(product([1, -1], repeat=12)))), axis=-1)
    highest = np.maximum(0, wealth.max(axis=-1))
    assert np.exp(highest).mean() > 1.5
    assert np.exp(log_lifted(highest)).mean() <= 1


# R package onlineFDR, LORD with version "++" and LORDstar with version "async"; levels by rank.
STREAM = [2.9e-08, 0.06743, 0.01514, 0.08174, 0.00171, 3.6e-05, 0.79149, 0.27201, 0.28295, 7.59e-08, 0.69274]


@pytest.mark.parametrize(
    ("rank", "expected"),
    [(1, 0.000267583854563004), (2, 0.00246644571998175), (5, 0.00040590662120027), (7, 0.0029745012820979)],
)
def test_levels_of_a_stream_of_experiments_match_the_reference(rank, expected):
    assert lord_plus_plus(STREAM, 0.05)[rank - 1] == pytest.approx(expected, rel=1e-12)


def test_levels_of_experiments_that_overlap_match_the_reference(shared):
    with (shared / "oracles" / "onlinefdr.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["procedure"].startswith("LORDstar_async")]
    for name in ("docs15", "weyl60"):
        p, expected = np.array([(row["pval"], row["alpha_i"]) for row in rows if row["set"] == name], dtype=float).T
        ranks = np.arange(1, p.size + 1)
        assert lord_plus_plus(p, 0.05, decided=ranks + ranks % 5) == pytest.approx(expected, rel=1e-12)


def test_wealth_is_earned_only_when_a_discovery_is_known():
    at_once, later = (
        lord_plus_plus([1e-9] + [1.0] * 5, 0.05),
        lord_plus_plus([1e-9] + [1.0] * 5, 0.05, [4, 2, 3, 4, 5, 6]),
    )
    assert later[:4].tolist() == lord_plus_plus([1.0] * 4, 0.05).tolist()
    assert later[4] - lord_plus_plus([1.0] * 5, 0.05)[4] == pytest.approx(
        at_once[1] - lord_plus_plus([1.0] * 2, 0.05)[1]
    )


def test_a_stream_without_discoveries_spends_at_most_its_first_share():
    assert lord_plus_plus(np.ones(2000), 0.05).sum() < 0.005


REFUSED = [
    (lambda: p_to_e(1.5), r"p must be in \[0, 1\], got 1.5"),
    (lambda: e_bh([1.0, -1.0], 0.05), r"e_values must be in \[0, inf\], got -1.0"),
    (lambda: e_bh([1.0, np.nan], 0.05), r"e_values must be in \[0, inf\], got nan"),
    (lambda: e_bh([1.0], 0.5), r"alpha must be in \(0, 0.2\], got 0.5"),
    (lambda: discoveries([1.0], 0.0), r"alpha must be in \(0, 0.2\], got 0"),
    (lambda: lord_plus_plus([0.5, -0.1], 0.05), r"p_values must be in \[0, 1\], got -0.1"),
    (lambda: lord_plus_plus([0.5], 1.0), r"alpha must be in \(0, 0.2\], got 1"),
    (lambda: lord_plus_plus([0.5, 0.5], 0.05, [1, 1]), r"decided - rank must be in \[0, inf\], got -1"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_an_impossible_number_is_refused_with_its_name_and_range(call, message):
    with pytest.raises(ValueError, match=message):
        call()
