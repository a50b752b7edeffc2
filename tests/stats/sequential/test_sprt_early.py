"""The early ratio test rejects, accepts, and is what its page says."""

from math import log

import numpy as np
import pytest

from stats.sequential.base import Design, Effect, registry
from stats.sequential.sprt_early import accepts

DESIGN = Design(Effect(0.2, relative=True), baseline=0.1)
SprtEarly = registry()["yes_no", "sprt_early"]


@pytest.mark.parametrize(("side", "r"), [(1, 1.2), (-1, 1 / 1.2)])
def test_the_evidence_is_the_sum_over_units_of_the_definition(side, r):
    n, converted, rho, c = [[500, 90], [300, 320]], [[40, 9], [31, 42]], [0.2, 0.5], 0.08
    expected = 0.0
    for (n_c, n_t), (k_c, k_t), p in zip(n, converted, rho, strict=True):
        m = p * r + 1 - p
        expected += k_t * (log(r) - log(m)) - k_c * log(m)
        expected += (n_t - k_t) * (log(1 - c * r) - log(1 - c * m)) + (n_c - k_c) * (log(1 - c) - log(1 - c * m))
    totals = {"n": np.array(n), "converted": np.array(converted)}
    assert SprtEarly(DESIGN).log_e(totals, rho, side) == pytest.approx(expected, rel=1e-12)


def test_the_null_is_accepted_when_both_ratios_have_fallen_to_beta():
    lowest_up, lowest_down = np.log([0.05, 0.05, 0.2, 0.1]), np.log([0.05, 0.2, 0.05, 0.1])
    assert accepts(lowest_up, lowest_down, 0.1).tolist() == [True, False, False, True]
    with pytest.raises(ValueError, match="beta must be in"):
        accepts(0.0, 0.0, 1.0)


def drawn(lift, runs=1_500, looks=30, units=400):
    """Log evidence of both sides over looks, (2, looks, runs), of a control rate of .1."""
    rng = np.random.default_rng(31)
    n = rng.multinomial(units, [0.5, 0.5], (looks, runs)).cumsum(axis=0)
    converted = rng.binomial(np.diff(n, axis=0, prepend=0), [0.1, 0.1 * lift]).cumsum(axis=0)
    totals = {"n": n[:, :, None], "converted": converted[:, :, None]}
    test = SprtEarly(DESIGN)
    return np.array([test.log_e(totals, [0.5], side) for side in (1, -1)])


def accepted(log_e, beta):
    up, down = np.minimum.accumulate(log_e, axis=1)[:, -1]
    return accepts(up, down, beta).mean()


@pytest.mark.parametrize("lift", [1.2, 1 / 1.2])
def test_an_effect_of_the_mde_is_seldom_accepted_as_none(lift):
    assert accepted(drawn(lift), 0.1) <= 0.1
    assert (drawn(lift).max(axis=(0, 1)) >= np.log(2 / 0.05)).mean() > 0.7


def test_equal_rates_are_accepted_and_seldom_rejected():
    log_e = drawn(1.0)
    assert accepted(log_e, 0.1) > 0.8
    assert (log_e.max(axis=(0, 1)) >= np.log(2 / 0.05)).mean() <= 0.05


def test_there_is_no_interval():
    totals = {"n": np.array([[10, 10]]), "converted": np.array([[1, 2]])}
    assert np.isnan(SprtEarly(DESIGN).interval(totals, [0.5], 0.05)).all()


@pytest.mark.parametrize(
    ("design", "message"),
    [
        (Design(Effect(0.2, relative=True)), "baseline must be declared"),
        (Design(Effect(1.0, relative=True), baseline=0.7), r"mde must leave 0\.8 baseline \(1 \+ mde\) below 1"),
    ],
)
def test_a_design_without_a_possible_alternative_is_refused(design, message):
    with pytest.raises(ValueError, match=message):
        SprtEarly(design)
