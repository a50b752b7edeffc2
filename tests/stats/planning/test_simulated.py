"""A test on simulated experiments stops where its evidence first reaches the threshold, and nowhere else."""

from dataclasses import dataclass

import numpy as np
import pytest

from stats.planning.population import Population
from stats.planning.sample import Sample
from stats.planning.simulated import BLOCK, Simulated
from stats.planning.task import Task
from stats.sequential.base import Effect

UNITS = np.arange(1, 3 * BLOCK + 1) * 10.0


@dataclass
class Clock:
    """A test whose evidence grows with the units alone: by `better` a unit, by `accepts` a unit against the MDE."""

    better: float
    accepts: float
    two_sided: bool = True
    borders: tuple[str, ...] = ("lift",)

    def log_e(self, totals, rho, side, beyond):
        assert rho == [0.25]
        assert beyond in (Effect(0.0), Effect(-side * 0.5, relative=True))
        n = totals["n"].sum(axis=(-2, -1)).astype(float)
        return n * (self.accepts if beyond.size else self.better)


def sample(side=1, runs=7):
    task = Task(Population(0.2, 0.25), Effect(0.5, relative=True), alpha=0.1, beta=0.2, side=side)
    return Sample(task, UNITS, runs, seed=1)


def stop(curve):
    assert set(curve.stopped) <= {0.0, 1.0}
    return curve.units[curve.stopped == 1].min(initial=np.inf)


@pytest.mark.parametrize(("two_sided", "threshold"), [(True, np.log(20)), (False, np.log(10))])
@pytest.mark.parametrize("at", [10, 90, 100, 110, 210, 300])
def test_an_improvement_is_declared_at_the_level_of_its_half(two_sided, threshold, at):
    clock = Clock(threshold / at * (1 + 1e-12), -1, two_sided)
    assert stop(Simulated(clock).declaring(0.1, sample())) == at


def test_what_never_reaches_never_stops():
    assert stop(Simulated(Clock(0.99 * np.log(20) / 300, 0)).declaring(0.1, sample())) == np.inf


def test_an_experiment_in_which_a_one_sided_test_accepts_first_is_lost():
    late, early = np.log(10) / 200, np.log(5) / 100
    assert stop(Simulated(Clock(late, early, two_sided=False)).declaring(0.1, sample())) == np.inf
    assert stop(Simulated(Clock(late, early)).declaring(0.1, sample())) == 270


@pytest.mark.parametrize("side", [1, -1])
def test_the_mde_is_excluded_at_beta(side):
    assert stop(Simulated(Clock(0, np.log(5) / 150)).accepting(sample(side))) == 150


@pytest.mark.parametrize(("borders", "mde"), [((), Effect(0.5, relative=True)), (("lift",), Effect(0.1))])
def test_a_test_without_that_border_excludes_nothing(borders, mde):
    task = Task(Population(0.2, 0.25), mde)
    assert Simulated(Clock(0, 0, borders=borders)).accepting(Sample(task, UNITS, 2, 1)) is None


class FirstConversion:
    """Evidence jumps when somebody converts."""

    two_sided, borders = False, ()

    def log_e(self, totals, _rho, _side, beyond=None):
        return np.where(totals["converted"].sum(axis=(-2, -1)) > 0, 9.0, 0.0) * (not beyond.size)


def test_the_share_of_experiments_that_stop_is_that_of_the_world():
    """Nobody of n units converts with probability 0.8^n."""
    task = Task(Population(0.2, 0.25), Effect(0.5, relative=True))
    curve = Simulated(FirstConversion()).declaring(0.0, Sample(task, np.arange(1, 25), 20_000, 5))
    assert curve.stopped == pytest.approx(1 - 0.8 ** np.arange(1, 25), abs=0.015)


def test_looks_must_rise_and_there_must_be_runs():
    task = sample().task
    with pytest.raises(ValueError, match=r"steps of units must be in \(0, inf\)"):
        Sample(task, np.array([10, 10]), 5, 1)
    with pytest.raises(ValueError, match=r"runs must be in \(0, inf\), got 0"):
        Sample(task, UNITS, 0, 1)


def test_experiments_are_drawn_once():
    one = sample()
    assert one.totals(0.1) is one.totals(0.1)
