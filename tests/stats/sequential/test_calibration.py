"""False alarms stay within the promised rate however often one looks, and the usual ways of peeking do not.

Limits are exact: under a rate of at most alpha, more rejections than `limit` have a chance below one in a thousand.
"""

import numpy as np
import pytest
from scipy import stats as sps

from stats.sequential.asymptotic_cs import log_e, stratified
from stats.sequential.label_bet import LabelBet, two_sided
from stats.sequential.msprt import log_e as log_e_of
from tests.stats.sequential.journeys import simulate

ALPHA = 0.05
RUNS = 2_000
BET = LabelBet(mde=0.2, baseline=0.1)
CONSTANT, RAMP = [0.5] * 14, [0.05] * 5 + [0.2] * 4 + [0.5] * 5
DRIFT = np.linspace(0.08, 0.16, 14)[:, None]


def limit(runs, alpha=ALPHA):
    return sps.binom.isf(0.001, runs, alpha)


def rejections(paths, alpha=ALPHA):
    """Runs whose evidence ever reaches 1/alpha."""
    return int((np.max(list(paths), axis=0) >= np.log(1 / alpha)).sum())


def both(cells, rho, bet=BET):
    return two_sided(bet.log_wealth(cells, rho, 1), bet.log_wealth(cells, rho, -1))


def reading(journeys, cells, rho=None):
    return (both(cells(day), journeys.phases if rho is None else rho) for day in journeys.looks())


def test_the_limits_are_those_of_the_specification():
    assert [limit(2_000, a) for a in (0.05, 0.01, 0.001)] == [131, 35, 8]


@pytest.mark.parametrize("rho", [CONSTANT, RAMP])
def test_with_delays_ramp_and_drift_both_readings_keep_their_promise(rho):
    journeys = simulate(np.random.default_rng(11), RUNS, 400, rho, DRIFT)
    assert rejections(reading(journeys, journeys.now)) <= limit(RUNS)
    assert rejections(reading(journeys, journeys.matured)) <= limit(RUNS)


def test_a_real_effect_is_found():
    journeys = simulate(np.random.default_rng(12), 200, 2_000, RAMP, DRIFT * np.array([1.3, 1]))
    assert rejections(reading(journeys, journeys.matured)) > 190


def test_a_margin_at_its_border_keeps_its_promise():
    journeys = simulate(np.random.default_rng(13), RUNS, 400, RAMP, DRIFT - np.array([0.01, 0]))
    paths = (BET.log_wealth(journeys.matured(day), journeys.phases, 1, -0.01) for day in journeys.looks())
    assert rejections(paths) <= limit(RUNS)


def test_intervals_miss_the_truth_at_any_look_no_more_often_than_promised():
    runs = 400
    journeys = simulate(np.random.default_rng(14), runs, 400, RAMP, DRIFT + np.array([0.02, 0]))
    missed = np.zeros(runs, bool)
    for day in range(8, 21, 3):
        lower, upper = BET.difference_interval(journeys.matured(day), journeys.phases, ALPHA)
        missed |= (lower > 0.02) | (upper < 0.02)
    assert missed.sum() <= limit(runs)


def test_trap_the_allocation_at_conversion_in_place_of_that_at_exposure():
    journeys = simulate(np.random.default_rng(16), 200, 2_000, RAMP, 0.1)
    at_conversion = (np.full(journeys.phases.size, RAMP[min(day, 14) - 1]) for day in journeys.looks())
    wrong = (both(journeys.now(day), rho) for day, rho in zip(journeys.looks(), at_conversion, strict=True))
    assert rejections(wrong) == 200


def test_trap_a_running_maximum_inside_a_batch_sorted_by_arm():
    batch = np.random.default_rng(17).binomial(1_000, 0.1, (200, 2))
    treated_first = np.stack([batch[:, :1], 0 * batch[:, :1], 1_000 - batch[:, :1], 0 * batch[:, :1]], axis=-1)
    whole = np.stack([batch[:, 0], batch[:, 1], 1_000 - batch[:, 0], 1_000 - batch[:, 1]], axis=-1)[:, None]
    assert rejections([both(treated_first, [0.5])]) > 100
    assert rejections([both(whole, [0.5])]) <= limit(200)


def test_trap_an_early_lead_of_quick_converters_is_no_higher_final_rate():
    journeys = simulate(np.random.default_rng(18), 500, 2_000, CONSTANT, 0.1, quick=(0.6, 0.2))
    assert rejections(reading(journeys, journeys.now)) > 250
    assert rejections(reading(journeys, journeys.matured)) <= limit(500)


def moments_of(cells):
    """Units, rates and variances as (..., phases, 2) [control, treatment]."""
    n = (cells[..., :2] + cells[..., 2:])[..., ::-1]
    rates = cells[..., 1::-1] / np.maximum(n, 1)
    return n, rates, rates * (1 - rates) * n / np.maximum(n - 1, 1)


def asymptotic(journeys, pool):
    for day in range(9, 21):
        cells, rho = journeys.matured(day), journeys.phases
        cells, rho = (cells.sum(axis=1, keepdims=True), [0.5]) if pool else (cells, rho)
        yield np.nan_to_num(log_e_of(*stratified(*moments_of(cells), rho), 0.02**2))


def test_trap_a_pooled_difference_under_ramp_and_drift():
    journeys = simulate(np.random.default_rng(19), 500, 2_000, RAMP, DRIFT)
    assert rejections(asymptotic(journeys, pool=True)) > 250
    assert rejections(asymptotic(journeys, pool=False)) <= limit(500)


def test_trap_the_usual_test_at_every_look():
    z = np.random.default_rng(20).standard_normal((RUNS, 20)).cumsum(axis=1) / np.sqrt(np.arange(1, 21))
    assert (np.abs(z).max(axis=1) > 1.96).mean() == pytest.approx(0.248, abs=0.04)
    assert rejections(log_e(np.arange(1, 21), z, 0.1).T) <= limit(RUNS)
