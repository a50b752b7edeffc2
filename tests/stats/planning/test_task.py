"""A task that can't be planned is refused by the name of what is wrong."""

import pytest

from stats.planning.population import Population
from stats.planning.task import Task
from stats.sequential.base import Design, Effect, Horizon

RATES = Population(0.1, 0.5)
FIVE = Effect(0.05, relative=True)


def test_an_effect_is_absolute_whatever_it_was_given_as():
    assert Task(RATES, FIVE).effect == pytest.approx(0.005)
    assert Task(RATES, Effect(0.005)).effect == 0.005


def test_an_improvement_that_lowers_the_metric_is_drawn_that_way():
    down = Task(RATES, FIVE, side=-1)
    converted = down.draw(0.05, [10_000], 20, 1)["converted"][:, 0, 0]
    assert converted[:, 1].mean() < 0.7 * converted[:, 0].mean()
    assert down.noise(0.05) == RATES.noise(-0.05)


def test_a_test_is_told_what_the_definition_would_tell_it():
    amounts = Population.of_mean(4, 12, 0.5)
    assert Task(amounts, FIVE, cap=200).design(1_000) == Design(
        mde=FIVE, baseline=4, cap=200, scale=10**6, units=1_000, horizon=Horizon(pytest.approx(100))
    )
    assert Task(RATES, FIVE).design(1_000) == Design(mde=FIVE, baseline=0.1, units=1_000, horizon=Horizon(100))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"alpha": 0.3}, r"alpha must be in \(0, 0.2\], got 0.3"),
        ({"beta": 0.6}, r"beta must be in \[0, 0.5\], got 0.6"),
        ({"beta": 0}, r"beta must be in \(0, inf\), got 0"),
        ({"side": 0}, r"side must be 1 or -1, got 0"),
        ({"mde": Effect(0)}, r"mde must be in \(0, inf\), got 0"),
        ({"mde": Effect(0.95)}, r"effect must be in \(-0.1, 0.9\), got 0.95"),
        ({"mde": Effect(1, relative=True), "side": -1}, r"effect must be in \(-0.1, 0.9\), got -0.1"),
        ({"cap": 0.5}, r"sd must be in \(0, sqrt\(mean \(cap - mean\)\)\], got one that needs amounts above 0.5"),
    ],
)
def test_an_impossible_task_is_refused_with_its_name_and_range(arguments, message):
    with pytest.raises(ValueError, match=message):
        Task(**{"population": RATES, "mde": FIVE, **arguments})
