from fractions import Fraction
from statistics import fmean, variance

import numpy as np
import pytest

from stats.sequential import msprt
from stats.sequential.base import Design, Effect
from stats.sequential.ratio import RatioCs, RatioMsprt
from stats.strata import phase_shares
from tests.stats.sequential.worlds import limit
from tests.stats.units import totals_of

RHO = [0.3, 0.5]
PHASE = np.array([0, 1])
TEST = RatioCs(Design(Effect(0.1, relative=True), baseline=0.4))


def clicks(seed=1, units=400):
    """Views of each unit and its clicks on them: treated units view more, and rates differ between units."""
    rng = np.random.default_rng(seed)
    label = (rng.random((2, units)) < np.array(RHO)[:, None]).astype(int)
    views = rng.poisson(3 + label)
    return label, rng.binomial(views, rng.beta(2, 3, views.shape)), views, PHASE


def after(label, y, x, phase):
    return {name: total[-1] for name, total in totals_of(label, y, x, phase).items()}


def unit_by_unit(label, y, x, phase):
    """Ratios (2,) and the squared standard errors of their delta method, from the units one by one."""
    n = np.array([[(label[p] == arm).sum() for arm in (0, 1)] for p in phase])
    share, ratios, errors = phase_shares(n, RHO), [], []
    for arm in (0, 1):
        units = [(y[p][label[p] == arm].tolist(), x[p][label[p] == arm].tolist()) for p in phase]
        per_unit = fmean([share[p] * fmean(xs) for p, (_, xs) in enumerate(units)]) * len(units)
        ratio = fmean([share[p] * fmean(ys) for p, (ys, _) in enumerate(units)]) * len(units) / per_unit
        residuals = [[one - Fraction(ratio) * other for one, other in zip(*pairs, strict=True)] for pairs in units]
        errors.append(sum(s**2 * float(variance(r)) / len(r) for s, r in zip(share, residuals, strict=True)))
        ratios.append(ratio)
        errors[-1] /= per_unit**2
    return np.array(ratios), np.array(errors)


def test_evidence_and_interval_are_those_of_the_units_one_by_one():
    units = clicks()
    ratios, errors = unit_by_unit(*units)
    difference, totals = ratios[1] - ratios[0], after(*units)
    assert TEST.estimate(totals, RHO) == pytest.approx(difference, rel=1e-12)
    assert TEST.estimate(totals, RHO, relative=True) == pytest.approx(difference / ratios[0], rel=1e-12)
    expected = msprt.log_e_one_sided(difference - 0.02, errors.sum(), 0.04**2, -1)
    assert TEST.log_e(totals, RHO, -1, Effect(0.02)) == pytest.approx(expected, rel=1e-9)
    half = msprt.half_width(errors.sum(), 0.04**2, 0.05)
    assert TEST.interval(totals, RHO, 0.05) == pytest.approx((difference - half, difference + half), rel=1e-9)
    half = msprt.half_width((errors / ratios**2).sum(), 0.1**2, 0.05)
    lifts = np.expm1(np.log(ratios[1] / ratios[0]) + np.array([-half, half]))
    assert np.array(TEST.interval(totals, RHO, 0.05, relative=True)) == pytest.approx(lifts, rel=1e-9)


def test_a_denominator_of_one_leaves_the_test_of_means():
    label, y, x, phase = clicks()
    totals = after(label, y, np.ones_like(x), phase)
    means = msprt.Msprt(Design(Effect(0.1, relative=True), baseline=0.4))
    for side in (1, -1):
        assert TEST.log_e(totals, RHO, side) == pytest.approx(means.log_e(totals, RHO, side), rel=1e-12)


def test_amounts_in_integers_of_a_millionth_leave_the_ratio_alone():
    label, y, x, phase = clicks()
    fine = RatioMsprt(Design(Effect(0.1, relative=True), baseline=0.4, scale=10**6))
    millionths = after(label, y.astype(object) * 10**6, x.astype(object) * 10**6, phase)
    millionths["n"] = after(label, y, x, phase)["n"]
    assert fine.log_e(millionths, RHO, 1) == pytest.approx(TEST.log_e(after(label, y, x, phase), RHO, 1), rel=1e-12)


def test_numerators_that_follow_their_denominators_to_a_unit_keep_their_spread():
    label, y, x, phase = clicks()
    huge = x.astype(object) * 10**12
    found = TEST._arms(after(label, 3 * huge + y, huge, phase), RHO)
    _, errors = unit_by_unit(label, 3 * huge + y, huge, phase)
    assert found.errors == pytest.approx(errors, rel=1e-6)


def test_without_denominators_there_is_neither_a_ratio_nor_evidence():
    label, y, x, phase = clicks()
    totals = after(label, 0 * y, 0 * x, phase)
    assert np.isnan([TEST.estimate(totals, RHO), *TEST.interval(totals, RHO, 0.05)]).all()
    assert TEST.log_e(totals, RHO, 1) == 0


RUNS, LOOKS, UNITS = 1_000, 20, 80


@pytest.fixture(scope="module")
def streams():
    """Totals after every look of experiments without an effect on the ratio, where treated units view a third more."""
    rng = np.random.default_rng(21)
    label = rng.integers(0, 2, (RUNS, LOOKS, UNITS))
    views = rng.poisson(3 + label)
    y = rng.binomial(views, rng.beta(2, 3, views.shape))
    return totals_of(label, y, views, np.zeros(LOOKS, int))


def alarms(test, totals):
    """Experiments in which either half of the test reaches 2/alpha at any look."""
    paths = np.maximum(*(test.log_e(totals, [0.5], side) for side in (1, -1)))
    return int((paths.max(axis=-1) >= np.log(2 / 0.05)).sum())


def test_equal_ratios_are_told_apart_no_more_often_than_promised_though_denominators_differ(streams):
    assert 0 < alarms(TEST, streams) <= limit(RUNS)


def test_trap_a_fixed_ratio_in_place_of_the_control_s():
    rng = np.random.default_rng(22)
    label = rng.integers(0, 2, (100, LOOKS, UNITS))
    views = rng.poisson(3 + label)
    y = rng.binomial(views, 0.4)
    fixed = totals_of(label, 5 * y - views, views, np.zeros(LOOKS, int))  # five times Y - 0.2 X
    wrong = msprt.Msprt(Design(Effect(0.1), scale=5))
    assert alarms(wrong, fixed) > 50
    assert alarms(TEST, totals_of(label, y, views, np.zeros(LOOKS, int))) <= limit(100)
