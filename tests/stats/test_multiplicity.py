from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from stats.multiplicity import bonferroni, closed, holm

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


def test_holm_steps_down():
    assert holm([[0.01, 0.04, 0.03], [0.9, 0.5, 0.01]]) == pytest.approx(np.array([[0.03, 0.06, 0.06], [1, 1, 0.03]]))


def test_bonferroni_multiplies_by_the_number_of_variants():
    assert bonferroni([0.01, 0.02, 0.5]) == pytest.approx([0.03, 0.06, 1])


@given(arrays(float, 4, elements=st.floats(0, 1)))
def test_holm_is_never_more_cautious_than_bonferroni_nor_bolder_than_no_correction(p):
    assert np.all(p <= holm(p))
    assert np.all(holm(p) <= bonferroni(p))
