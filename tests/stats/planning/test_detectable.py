"""The smallest effect that is found often enough, by bisection."""

from math import inf

import pytest

from stats.planning.detectable import detectable


def test_the_smallest_effect_with_that_power():
    assert detectable(lambda effect: effect, 0.8, 1.0) == pytest.approx(0.8, abs=0.001)
    assert detectable(lambda effect: effect, 0.8, 1.0) >= 0.8
    assert detectable(lambda effect: float(effect > 0.3), 0.8, 2.0) == pytest.approx(0.3, abs=0.002)


def test_none_if_even_the_largest_is_not_found():
    assert detectable(lambda effect: effect, 0.8, 0.79) == inf


@pytest.mark.parametrize(
    ("wanted", "largest", "message"),
    [(1, 1, r"wanted must be in \(0, 1\), got 1"), (0.8, 0, r"largest must be in \(0, inf\), got 0")],
)
def test_an_impossible_wish_is_refused_with_its_name_and_range(wanted, largest, message):
    with pytest.raises(ValueError, match=message):
        detectable(lambda _: 0.5, wanted, largest)
