"""Each spending function uses up the level by the time all information is in, in its own shape."""

from math import e, exp, log

import numpy as np
import pytest
from scipy import stats as sps

from stats.boundaries.spending import spent

DESIGNS = [
    ("obrien_fleming", None),
    ("pocock", None),
    ("power", 0.5),
    ("power", 3),
    ("hwang_shih_decani", -4),
    ("hwang_shih_decani", 0),
    ("hwang_shih_decani", 40),
]


@pytest.mark.parametrize("sides", [1, 2])
@pytest.mark.parametrize(("spending", "parameter"), DESIGNS)
def test_the_level_is_spent_gradually_and_wholly(spending, parameter, sides):
    levels = spent(np.linspace(0.01, 1, 100), 0.05, spending, sides, parameter)
    assert levels[0] >= 0
    assert np.all(np.diff(levels) >= 0)
    assert levels[-1] == pytest.approx(0.05, rel=1e-12)


@pytest.mark.parametrize(
    ("spending", "parameter", "expected"),
    [
        ("obrien_fleming", None, 2 * sps.norm.sf(sps.norm.isf(0.02) / 0.5)),
        ("pocock", None, 0.04 * log(1 + (e - 1) / 4)),
        ("power", 3, 0.04 / 64),
        ("hwang_shih_decani", -4, 0.04 * (1 - exp(1)) / (1 - exp(4))),
        ("hwang_shih_decani", 0, 0.04 / 4),
    ],
)
def test_at_a_quarter_of_the_information_the_formula_gives(spending, parameter, expected):
    assert spent(np.array([0.25]), 0.04, spending, 1, parameter) == pytest.approx([expected], rel=1e-12)


@pytest.mark.parametrize(("spending", "parameter"), DESIGNS)
def test_two_sides_spend_twice_what_one_spends_of_half_the_level(spending, parameter):
    t = np.array([0.2, 0.5, 0.9])
    one, both = spent(t, 0.025, spending, 1, parameter), spent(t, 0.05, spending, 2, parameter)
    assert both == pytest.approx(2 * one, rel=1e-12)


@pytest.mark.parametrize(
    ("alpha", "spending", "sides", "parameter", "message"),
    [
        (0.3, "pocock", 1, None, r"alpha must be in \(0, 0.2\], got 0.3"),
        (0.05, "pocock", 3, None, "sides must be 1 or 2, got 3"),
        (0.05, "haybittle", 1, None, "spending must be one of obrien_fleming, pocock, power, .*, got haybittle"),
        (0.05, "pocock", 1, 2.0, "parameter must be None for pocock"),
        (0.05, "power", 1, None, "parameter must be a number for power"),
        (0.05, "power", 1, 0.0, r"parameter must be in \(0, inf\), got 0"),
        (0.05, "hwang_shih_decani", 1, 41.0, r"parameter must be in \[-40.0, 40.0\], got 41"),
        (0.05, "hwang_shih_decani", 1, float("nan"), r"parameter must be in \[-40.0, 40.0\], got nan"),
    ],
)
def test_an_impossible_plan_is_refused_with_its_name_and_range(alpha, spending, sides, parameter, message):
    with pytest.raises(ValueError, match=message):
        spent(np.array([1.0]), alpha, spending, sides, parameter)
