"""A distribution of stopping: its quantiles and its power are read off between looks."""

from math import inf

import numpy as np
import pytest

from stats.planning.curve import Curve

CURVE = Curve(np.array([10.0, 20.0, 40.0]), np.array([0.1, 0.5, 0.8]))


@pytest.mark.parametrize(
    ("share", "units"), [(0.05, 5), (0.1, 10), (0.3, 15), (0.5, 20), (0.65, 30), (0.8, 40), (0.9, inf)]
)
def test_a_quantile_lies_on_the_line_between_looks(share, units):
    assert CURVE.quantile(share) == pytest.approx(units)


@pytest.mark.parametrize(("units", "power"), [(0, 0), (5, 0.05), (10, 0.1), (30, 0.65), (40, 0.8), (1_000, 0.8)])
def test_power_is_what_has_stopped_by_then(units, power):
    assert CURVE.power(units) == pytest.approx(power)


def test_where_nothing_stops_between_looks_the_first_one_counts():
    assert Curve(np.array([1.0, 2.0, 3.0]), np.array([0.0, 0.5, 0.5])).quantile(0.5) == 2


@pytest.mark.parametrize("share", [0, 1, -0.1])
def test_a_share_is_a_probability(share):
    with pytest.raises(ValueError, match=r"share must be in \(0, 1\)"):
        CURVE.quantile(share)
