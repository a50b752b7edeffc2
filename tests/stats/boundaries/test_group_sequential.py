"""Boundaries spend what they promise, no more: checked against published tables and the multivariate normal."""

from itertools import pairwise, product

import numpy as np
import pytest
from scipy import stats as sps

from stats.boundaries.group_sequential import boundaries, crossing_probability
from stats.boundaries.spending import spent

DESIGNS = [("obrien_fleming", None), ("pocock", None), ("power", 2), ("hwang_shih_decani", -4)]
UNEVEN = np.array([0.1, 0.15, 0.151, 0.6, 0.95, 1.0])


def even(looks):
    return np.arange(1, looks + 1) / looks


@pytest.mark.parametrize(
    ("looks", "inflated"), [(2, 0.083), (3, 0.107), (4, 0.126), (5, 0.142), (10, 0.193), (20, 0.248), (50, 0.320)]
)
def test_looking_again_and_again_at_five_percent_rejects_far_more(looks, inflated):
    assert crossing_probability(even(looks), sps.norm.isf(0.025), 2)[-1] == pytest.approx(inflated, abs=5e-4)


@pytest.mark.parametrize(("looks", "constant"), [(2, 2.178), (3, 2.289), (4, 2.361), (5, 2.413), (10, 2.555)])
def test_pococks_constants_reject_five_percent(looks, constant):
    assert crossing_probability(even(looks), constant, 2)[-1] == pytest.approx(0.05, abs=1e-4)


@pytest.mark.parametrize(("looks", "constant"), [(2, 1.977), (3, 2.004), (4, 2.024), (5, 2.040), (10, 2.087)])
def test_obrien_and_flemings_constants_reject_five_percent(looks, constant):
    assert crossing_probability(even(looks), constant / np.sqrt(even(looks)), 2)[-1] == pytest.approx(0.05, abs=1e-4)


@pytest.mark.parametrize(
    ("spending", "parameter", "sides", "alpha", "z"),
    [
        ("obrien_fleming", None, 2, 0.05, [4.877, 3.357, 2.680, 2.290, 2.031]),
        ("pocock", None, 2, 0.05, [2.438, 2.427, 2.410, 2.397, 2.386]),
        ("power", 2, 1, 0.025, [3.090, 2.714, 2.473, 2.280, 2.114]),
        ("hwang_shih_decani", -4, 1, 0.025, [3.253, 2.986, 2.692, 2.374, 2.025]),
    ],
)
def test_the_boundaries_of_five_looks_are_those_of_the_tables(spending, parameter, sides, alpha, z):
    assert boundaries(even(5), alpha, spending, sides, parameter) == pytest.approx(z, abs=6e-4)


@pytest.mark.parametrize("information", [even(1), even(14), even(50), UNEVEN, [1e-9, 1e-3], [0.999, 1.0]])
@pytest.mark.parametrize(("design", "sides"), list(product(DESIGNS, (1, 2))))
def test_at_every_look_just_what_is_due_has_been_spent(design, sides, information):
    spending, parameter = design
    z = boundaries(information, 0.05, spending, sides, parameter)
    levels = spent(np.asarray(information), 0.05, spending, sides, parameter)
    crossed = crossing_probability(information, z, sides)
    assert crossed == pytest.approx(levels, abs=1e-9)
    assert np.all(crossed <= levels + 1e-15)


@pytest.mark.parametrize(("sides", "drift"), list(product((1, 2), (0.0, 1.5, -1.5))))
def test_the_multivariate_normal_stops_as_often(sides, drift):
    t, z = np.array([0.2, 0.7, 1.0]), np.array([2.2, 1.0, 1.7])
    covariance = np.sqrt(np.minimum.outer(t, t) / np.maximum.outer(t, t))
    low = -z if sides == 2 else np.full(3, -np.inf)
    going_on = [
        sps.multivariate_normal(drift * np.sqrt(t[:k]), covariance[:k, :k], seed=1).cdf(z[:k], lower_limit=low[:k])
        for k in (1, 2, 3)
    ]
    assert crossing_probability(t, z, sides, drift) == pytest.approx(1 - np.array(going_on), abs=2e-5)


@pytest.mark.parametrize("t", [[0.5, 0.501, 1.0], [0.5, 0.999, 1.0]])
def test_a_look_just_after_another_is_resolved(t):
    z = np.array([1.0, 2.0, 1.3])
    covariance = np.sqrt(np.minimum.outer(t, t) / np.maximum.outer(t, t))
    normal = sps.multivariate_normal(np.zeros(3), covariance, abseps=1e-7, releps=1e-7, seed=1)
    assert crossing_probability(t, z, 1)[-1] == pytest.approx(1 - normal.cdf(z), abs=1e-6)


def test_one_look_is_the_fixed_sample_test():
    assert boundaries([1.0], 0.05, "pocock", 2) == pytest.approx([sps.norm.isf(0.025)], rel=1e-12)
    assert crossing_probability([1.0], 1.96, 1, drift=2.8) == pytest.approx([sps.norm.sf(1.96 - 2.8)], rel=1e-12)


def test_a_boundary_does_not_depend_on_looks_to_come():
    known, planned = (boundaries(t, 0.05, "obrien_fleming", 2) for t in (UNEVEN[:3], UNEVEN))
    assert known == pytest.approx(planned[:3], abs=1e-8)


def test_taking_the_spent_level_for_a_nominal_one_is_peeking():
    nominal = sps.norm.isf(spent(even(14), 0.05, "obrien_fleming", 2) / 2)
    assert crossing_probability(even(14), nominal, 2)[-1] > 1.3 * 0.05


def test_a_look_with_nothing_to_spend_cannot_stop():
    z = boundaries([0.1, 0.2, 1.0], 0.05, "power", 2, parameter=1_000)
    assert z.tolist() == [np.inf, np.inf, pytest.approx(sps.norm.isf(0.025), abs=1e-8)]
    assert crossing_probability([0.1, 0.2, 1.0], z, 2)[:2].tolist() == [0, 0]


@pytest.mark.parametrize("drift", [-40.0, 40.0])
def test_an_overwhelming_effect_stops_at_once_on_its_own_side(drift):
    both, one = (crossing_probability(even(4), 2.0, sides, drift) for sides in (2, 1))
    assert both == pytest.approx(np.ones(4), abs=1e-12)
    assert one == pytest.approx(np.full(4, float(drift > 0)), abs=1e-12)


def test_the_sum_over_looks_is_never_above_one():
    assert crossing_probability(even(5), 2.0, 2, drift=12.0).max() <= 1


def test_more_drift_stops_more_often():
    power = [crossing_probability(UNEVEN, 2.5, 2, drift)[-1] for drift in (0.0, 1.0, 2.0, 4.0)]
    assert all(less < more for less, more in pairwise(power))


@pytest.mark.parametrize(
    "information", [[], 0.5, [[0.5, 1.0]], [0.0, 1.0], [0.5, 0.5], [0.6, 0.5], [0.5, 0.5001], [0.5, 1.1], [np.nan]]
)
def test_information_that_does_not_rise_to_one_is_refused(information):
    with pytest.raises(ValueError, match=r"information must rise within \(0, 1\], by 0.1% or more a look, got"):
        boundaries(information, 0.05, "pocock", 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: boundaries([1.0], 0.0, "pocock", 2), r"alpha must be in \(0, 0.2\], got 0"),
        (lambda: boundaries([1.0], 0.05, "pocock", 0), "sides must be 1 or 2, got 0"),
        (lambda: crossing_probability([1.0], 2.0, 3), "sides must be 1 or 2, got 3"),
        (lambda: crossing_probability([0.5, 1.0], [2.0], 1), r"z must be one or 2 numbers in \[0, inf\], got \[2.\]"),
        (lambda: crossing_probability([1.0], -1.0, 1), r"z must be one or 1 numbers in \[0, inf\], got -1"),
        (lambda: crossing_probability([1.0], np.nan, 1), r"z must be one or 1 numbers in \[0, inf\], got nan"),
        (lambda: crossing_probability([1.0], 2.0, 1, np.inf), r"drift must be in \(-inf, inf\), got inf"),
    ],
)
def test_an_impossible_number_is_refused_with_its_name_and_range(call, message):
    with pytest.raises(ValueError, match=message):
        call()
