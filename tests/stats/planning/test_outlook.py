"""What every method promises, beside the figures the specification gives (2,000 units a day, window of 7 days).

The limits are wide: the figures are medians of 300 simulated experiments, these of a thousand.
"""

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from stats.planning.outlook import FIXED_SAMPLE, Planner, methods
from stats.planning.population import Population
from stats.planning.task import Task
from stats.sequential.base import Effect

A_DAY, WINDOW = 2_000, 7
TENTH = Task(Population(0.1, 0.5), Effect(0.1, relative=True))
FIGURES = [
    (0.1, 0.1, "label_bet", 21.0),
    (0.1, 0.1, "asymptotic_cs", 21.9),
    (0.4, 0.05, "label_bet", 17.4),
    (0.4, 0.05, "asymptotic_cs", 16.7),
    (0.02, 0.2, "label_bet", 26.4),
]


def days(units):
    return units / A_DAY + WINDOW


def planner(task=TENTH, **more):
    return Planner(task, A_DAY * 28, **{"runs": 400, **more})


@pytest.mark.parametrize(("rate", "lift", "method", "expected"), FIGURES)
def test_half_of_the_experiments_stop_by_the_day_that_was_found_before(rate, lift, method, expected):
    found = planner(Task(Population(rate, 0.5), Effect(lift, relative=True)), runs=1_000).outlook(method)
    assert days(found.declaring.quantile(0.5)) == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize(("rate", "lift", "expected"), [(0.1, 0.1, 21.75), (0.4, 0.05, 16.5)])
def test_the_fixed_sample_takes_the_days_of_its_formula(rate, lift, expected):
    assert days(planner(Task(Population(rate, 0.5), Effect(lift, relative=True))).fixed_units) == pytest.approx(
        expected, abs=0.01
    )


def test_a_pair_of_bets_accepts_at_equality_when_the_mixture_of_one_side_never_would():
    pair = planner(replace(TENTH, beta=0.05)).outlook("sprt")
    assert days(pair.accepting.quantile(0.5)) == pytest.approx(16.6, abs=2)


def test_the_mixture_bet_simulated_and_the_mixture_test_computed_agree():
    bet, computed = (planner(runs=1_000).outlook(name) for name in ("label_bet", "asymptotic_cs"))
    assert bet.declaring.quantile(0.5) == pytest.approx(computed.declaring.quantile(0.5), rel=0.1)
    assert bet.power == pytest.approx(computed.power, abs=0.05)
    assert bet.detectable == pytest.approx(computed.detectable, rel=0.07)


@pytest.mark.parametrize("method", [FIXED_SAMPLE, "asymptotic_cs", "group_sequential", "label_bet"])
def test_the_detectable_effect_is_the_one_with_the_wanted_power(method):
    effect = planner(runs=1_500).outlook(method).detectable
    again = planner(replace(TENTH, mde=Effect(effect)), runs=1_500)
    known = planner(runs=1_500)
    told_the_same = known._method(method).declaring(effect, again._at_the_mde)
    assert told_the_same.power(known.horizon) == pytest.approx(0.8, abs=0.05)


def test_an_effect_that_no_treatment_could_have_is_not_detectable():
    few = Planner(Task(Population(0.6, 0.5), Effect(0.3)), 40, runs=50)
    assert few.outlook("label_bet").detectable == inf


def test_the_same_seed_gives_the_same_answers_and_another_one_others():
    one, same, other = (planner(seed=seed, runs=100).outlook("sprt").declaring.stopped for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_every_registered_test_whose_verdict_can_be_planned_answers():
    assert {"label_bet", "sprt", "asymptotic_cs", "msprt", "group_sequential"} <= set(methods("yes_no"))
    assert "sprt_early" not in methods("yes_no")
    for name in methods("yes_no"):
        assert 0.2 < planner(runs=60).outlook(name).power <= 1


def test_every_method_of_amounts_answers():
    task = Task(Population.of_mean(4, 12, 0.5), Effect(0.1, relative=True), cap=200)
    assert {"asymptotic_cs", "bounded_bet"} <= set(methods("amount"))
    for name in methods("amount"):
        found = Planner(task, 60_000, "amount", runs=60).outlook(name)
        assert found.power > 0.5
        assert found.detectable < 0.8


def test_a_group_sequential_test_looks_as_often_as_it_is_told():
    assert planner(looks=5).outlook("group_sequential").declaring.units == pytest.approx(
        A_DAY * 28 * np.arange(1, 6) / 5
    )


def test_a_look_beside_the_horizon_gives_way_to_it():
    apart = Planner(TENTH, planner().fixed_units * 5.0001, runs=1)._at_the_mde.units
    assert np.diff(np.log(apart)).min() > 0.01


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"horizon": 39}, r"horizon must be in \[40, .*\], got 39"), ({"runs": 0}, r"runs must be in \(0, inf\), got 0")],
)
def test_an_impossible_plan_is_refused_with_its_name_and_range(arguments, message):
    with pytest.raises(ValueError, match=message):
        Planner(**{"task": TENTH, "horizon": 1_000, **arguments}).outlook("label_bet")
