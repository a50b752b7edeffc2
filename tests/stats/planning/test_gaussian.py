"""Computed distributions of stopping agree with classical power, with published designs and with simulated paths."""

import numpy as np
import pytest
from scipy import stats as sps

from stats.planning.fixed import noise_of_means, power, units
from stats.planning.gaussian import Fixed, GroupSequential, Mixture
from stats.planning.population import Population
from stats.planning.sample import Sample
from stats.planning.task import Task
from stats.sequential.base import Effect
from stats.sequential.msprt import log_e_one_sided

MEAN, SD = 10.0, 20.0
NOISE = noise_of_means(SD, 0.5)
TASK = Task(Population.of_mean(MEAN, SD, 0.5), Effect(1.0), beta=0.1)
FIXED_UNITS = units(1.0, NOISE, 0.05, 0.1)


def sample(looks, task=TASK):
    return Sample(task, np.asarray(looks, dtype=float), 1, 1)


def test_one_look_is_the_classical_test():
    looks = sample([1_000, FIXED_UNITS])
    assert Fixed().declaring(1.0, looks).stopped == pytest.approx([power(1.0, NOISE, 0.05, 1_000), 0.9])
    one = GroupSequential(np.array([FIXED_UNITS])).declaring(1.0, looks)
    assert (one.units, one.stopped) == pytest.approx((FIXED_UNITS, 0.9), abs=1e-6)
    assert Fixed().accepting(looks) is None
    assert GroupSequential(looks.units).accepting(looks) is None


@pytest.mark.parametrize(
    ("spending", "looks", "inflation"),
    [("obrien_fleming", 2, 1.007), ("obrien_fleming", 5, 1.026), ("pocock", 2, 1.100), ("pocock", 5, 1.207)],
)
def test_looks_cost_about_as_many_units_as_with_the_boundaries_the_spending_is_named_after(spending, looks, inflation):
    """Jennison and Turnbull, Group Sequential Methods, chapter 2: inflation factors at alpha .05 and power .9."""
    share = np.arange(1, looks + 1) / looks
    few, many = (
        GroupSequential(FIXED_UNITS * (inflation + step) * share, spending).declaring(1.0, sample([1])).stopped[-1]
        for step in (-0.02, 0.02)
    )
    assert few < 0.9 < many


def paths(looks, distance, runs=20_000):
    """(runs, looks) estimates of normal units, and their variances."""
    variance = NOISE.truth / looks
    steps = np.random.default_rng(7).standard_normal((runs, len(looks))) * np.sqrt(
        np.diff(looks, prepend=0) * NOISE.truth
    )
    return steps.cumsum(axis=1) / looks + distance, variance


@pytest.mark.parametrize("effect", [0.0, 1.0, 2.0])
def test_the_mixture_stops_as_its_formula_does_on_simulated_paths(effect):
    looks = np.geomspace(2_000, 50_000, 40)
    log_e = log_e_one_sided(*paths(looks, effect), 1.0, 1)
    simulated = (log_e >= np.log(2 / 0.05)).cumsum(axis=1) > 0
    assert Mixture().declaring(effect, sample(looks)).stopped == pytest.approx(simulated.mean(axis=0), abs=0.015)


def test_without_effect_the_mde_is_excluded_as_often_as_on_simulated_paths():
    looks = np.geomspace(2_000, 50_000, 40)
    log_e = log_e_one_sided(*paths(looks, 1.0), 1.0, 1)
    simulated = (log_e >= np.log(1 / 0.1)).cumsum(axis=1) > 0
    assert Mixture().accepting(sample(looks)).stopped == pytest.approx(simulated.mean(axis=0), abs=0.015)


def test_false_alarms_of_one_side_stay_below_half_of_alpha():
    stopped = Mixture().declaring(0.0, sample(np.geomspace(1_000, 1e8, 200))).stopped[-1]
    assert 0.005 < stopped <= 0.025


@pytest.mark.parametrize(("rho", "nonzero"), [(0.5, 50), (0.9, 200)])
def test_below_the_gate_nothing_is_said(rho, nonzero):
    task = Task(Population(0.02, rho), Effect(20.0, relative=True))
    first = nonzero / (0.02 * min(rho, 1 - rho))
    looks = sample([0.98 * first, 1.02 * first], task)
    assert Mixture().declaring(0.4, looks).stopped == pytest.approx([0, 1], abs=1e-6)


def test_the_normal_quantile_is_the_one_of_scipy():
    assert power(1.0, NOISE, 0.05, FIXED_UNITS) == pytest.approx(
        sps.norm.cdf(np.sqrt(FIXED_UNITS / NOISE.truth) - sps.norm.isf(0.025))
    )
