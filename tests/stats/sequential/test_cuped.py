from fractions import Fraction
from statistics import variance

import numpy as np
import pytest

from stats.sequential import msprt
from stats.sequential.base import Design, Effect
from stats.sequential.cuped import Cuped
from stats.strata import phase_shares
from tests.stats.sequential.worlds import limit
from tests.stats.units import totals_of

MDE = Effect(0.1, relative=True)
RHO = [0.3, 0.5]
THETA = 0.7


def spenders(seed=1, looks=2, units=300, runs=(), lift=0):
    """Amounts after the first exposure and before it; the second half of the looks has another allocation and mean."""
    rng = np.random.default_rng(seed)
    phase = (np.arange(looks) >= looks // 2).astype(int)
    label = (rng.random((*runs, looks, units)) < np.array(RHO)[phase][:, None]).astype(int)
    x = rng.poisson(20 + 10 * phase[:, None], label.shape)
    return label, rng.binomial(x, 0.7) + rng.poisson(5 + 3 * phase[:, None] + lift * label, label.shape), x, phase


def after(units):
    return {name: total[..., -1, :, :] for name, total in totals_of(*units).items()}


def made(theta=THETA, **changes):
    return Cuped(Design(MDE, baseline=20.0, theta=theta, **changes))


def test_evidence_is_that_of_the_residuals_of_the_units_one_by_one():
    units = spenders()
    label, y, x, phase = units
    residual = [[(y - Fraction(THETA) * x)[p][label[p] == arm].tolist() for arm in (0, 1)] for p in phase]
    share = phase_shares([[len(arm) for arm in arms] for arms in residual], RHO)
    means = np.array([[float(sum(arm) / len(arm)) for arm in arms] for arms in residual])
    noise = sum(s**2 * float(variance(arm)) / len(arm) for s, arms in zip(share, residual, strict=True) for arm in arms)
    estimate = share @ (means[:, 1] - means[:, 0])
    assert made().estimate(after(units), RHO) == pytest.approx(estimate, rel=1e-12)
    expected = msprt.log_e_one_sided(estimate + 0.4, noise, 4.0, 1)
    assert made().log_e(after(units), RHO, 1, Effect(-0.02, relative=True)) == pytest.approx(expected, rel=1e-12)


def test_a_slope_of_zero_leaves_the_test_of_means():
    totals, plain = after(spenders()), msprt.Msprt(Design(MDE, baseline=20.0))
    assert made(0.0).estimate(totals, RHO, relative=True) == pytest.approx(plain.estimate(totals, RHO, relative=True))
    for relative in (False, True):
        expected = plain.interval(totals, RHO, 0.05, relative=relative)
        assert made(0.0).interval(totals, RHO, 0.05, relative=relative) == pytest.approx(expected, rel=1e-12)


def test_a_covariate_that_explains_makes_both_intervals_narrower():
    totals = after(spenders())
    for relative in (False, True):
        widths = [np.diff(made(theta).interval(totals, RHO, 0.05, relative=relative)) for theta in (0.0, THETA)]
        assert widths[1] < 0.85 * widths[0]


def test_amounts_in_millionths_come_back_in_units():
    label, y, x, phase = spenders()
    fine = after((label, y.astype(object) * 10**6, x.astype(object) * 10**6, phase)) | {"n": after(spenders())["n"]}
    expected = made().interval(after(spenders()), RHO, 0.05, relative=True)
    assert made(scale=10**6).interval(fine, RHO, 0.05, relative=True) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("theta", [THETA, -0.5])
def test_with_a_ramp_and_drift_any_frozen_slope_keeps_its_promise(theta):
    totals = totals_of(*spenders(31, looks=20, units=60, runs=(500,)))
    paths = np.maximum(*(made(theta).log_e(totals, RHO, side) for side in (1, -1)))
    assert (paths.max(axis=-1) >= np.log(2 / 0.05)).sum() <= limit(500)


def test_lifts_lie_outside_the_relative_interval_no_more_often_than_promised():
    runs, lift = 500, 3  # the base rate drifts, so the lift does: in the weighted means it is taken over
    totals = totals_of(*spenders(32, looks=20, units=60, runs=(runs,), lift=lift))
    share = phase_shares(totals["n"], RHO, 20)
    control = 5 + 0.7 * 20 + share @ np.array([0, 3 + 0.7 * 10])
    lower, upper = made().interval(totals, RHO, 0.05, relative=True)
    missed = (lower > lift / control) | (upper < lift / control)
    assert missed.any(axis=-1).sum() <= limit(runs)


@pytest.mark.parametrize("theta", [None, np.nan, np.inf])
def test_a_slope_must_be_known(theta):
    with pytest.raises(ValueError, match=r"theta must be in \(-inf, inf\), a slope from earlier data, got"):
        made(theta)
