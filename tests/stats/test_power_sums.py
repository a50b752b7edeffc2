from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats.power_sums import label_sums

CAP = 100
amounts = st.lists(st.integers(0, CAP), max_size=6)


def totals(*arms):
    """n, total and squares of one phase, control first."""
    return [[[sum(amount**power for amount in arm) for arm in arms]] for power in range(3)]


@given(amounts, amounts, st.floats(0.01, 0.99), st.floats(0, CAP))
def test_sums_of_scores_are_those_of_the_units_one_by_one(control, treated, rho, centre):
    labelled = [(0, y) for y in control] + [(1, y) for y in treated]
    scores = [(a - Fraction(rho)) * (y - Fraction(centre)) for a, y in labelled]
    expected = len(scores), float(sum(scores)), float(sum(score**2 for score in scores))
    actual = label_sums(*totals(control, treated), [rho], np.array([centre]), CAP)
    assert tuple(array.item() for array in actual) == expected


def test_no_digit_is_lost_where_huge_totals_cancel():
    n, y = 10**9, 10**15  # everybody spends the same, but for one treated unit that spends one more
    total, squares = [[n * y, n * y + 1]], [[n * y**2, n * y**2 + 2 * y + 1]]
    _, first, second = label_sums([[n, n]], total, squares, [0.5], np.array([float(y)]), 10**16)
    assert (first.item(), second.item()) == (0.5, 0.25)


def test_contrasts_phases_and_centres_are_taken_at_once():
    n, total, squares = ([totals([1, 2], [3])[i], totals([4], [0, 5])[i]] for i in range(3))
    rho, centres = [0.3], np.array([1.0, 2.0])
    actual = np.stack(label_sums(n, total, squares, rho, centres, CAP), axis=-1)
    assert actual.shape == (2, 1, 2, 3)
    for contrast, arms in enumerate([([1, 2], [3]), ([4], [0, 5])]):
        expected = np.stack(label_sums(*totals(*arms), rho, centres, CAP), axis=-1)
        assert actual[contrast].tolist() == expected.tolist()


IMPOSSIBLE = {
    "a negative number of units": (-1, 0, 0),
    "money from nobody": (0, 5, 0),
    "squares of nobody": (0, 0, -1),
    "debts": (2, -1, 1),
    "more than the cap for everyone": (2, 201, 20_201),
    "squares below those of equal amounts": (2, 10, 49),
    "squares above those of amounts at the cap": (2, 10, 1001),
}


@pytest.mark.parametrize("arm", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_totals_that_no_units_have_are_refused(arm):
    n, total, squares = ([[3, value]] if i == 0 else [[0, value]] for i, value in enumerate(arm))
    with pytest.raises(ValueError, match=r"total must be in \[0, cap n\] and squares in \[total\^2 / n, cap total\]"):
        label_sums(n, total, squares, [0.5], np.array([1.0]), CAP)


@pytest.mark.parametrize("value", [2.5, np.nan, np.inf])
@pytest.mark.parametrize("name", ["n", "total", "squares"])
def test_what_is_no_whole_number_is_refused_by_name(name, value):
    arrays = {"n": [[1, 2]], "total": [[1, 2]], "squares": [[1, 2]], name: [[1, value]]}
    with pytest.raises(ValueError, match=f"{name} must be whole numbers, got {value}"):
        label_sums(**arrays, rho=[0.5], centres=np.array([1.0]), cap=CAP)


@pytest.mark.parametrize(
    ("n", "rho", "message"),
    [
        ([[1, 2]], [0.5, 0.5], r"n must have shape \(..., phases, 2\), 2 phases of rho, got \(1, 2\)"),
        ([[1, 2, 3]], [0.5], r"n must have shape"),
        ([1, 2], [0.5], r"n must have shape"),
        ([[1, 2]], [1.0], r"rho must be in \(0, 1\)"),
    ],
)
def test_arms_and_phases_must_fit(n, rho, message):
    with pytest.raises(ValueError, match=message):
        label_sums(n, n, n, rho, np.array([1.0]), CAP)
