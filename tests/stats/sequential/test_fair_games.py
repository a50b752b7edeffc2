"""Every exact test is a fair game against its null: by enumeration of all labels, and unit by unit from any state."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats.sequential.base import Effect, registry
from tests.stats.sequential.test_contract import made
from tests.stats.sequential.worlds import stacked, world

EXACT = sorted(case for case, test in registry().items() if test.exact)
INEQUALITIES = {"normal_mixture", "bounded_bet"}  # games in the house's favour: their factors come from a bound
OF_CONVERTERS = [case for case in EXACT if registry()[case].cells == ("converted",)]
RHO = [0.3, 0.6]

exact_tests = pytest.mark.parametrize(("outcome", "name"), EXACT)
sides = pytest.mark.parametrize("side", [1, -1])


def assert_fair(name, worth, tolerance=1e-12):
    assert worth <= 1 + tolerance
    assert name in INEQUALITIES or worth >= 1 - tolerance


@exact_tests
@sides
@pytest.mark.parametrize("seed", range(4))
def test_over_all_labels_of_some_units_the_evidence_is_worth_one(outcome, name, side, seed):
    units, test = world(outcome, seed, 8, RHO), made(outcome, name)
    labels = np.array(list(product([0, 1], repeat=len(units))))
    odds = np.asarray(RHO)[units.phase]
    chance = np.where(labels, odds, 1 - odds).prod(axis=1)
    totals = stacked([replace(units, treated=treated).totals() for treated in labels])
    assert_fair(name, chance @ np.exp(test.log_e(totals, RHO, side)))


@exact_tests
@sides
@given(seed=st.integers(0, 10**6), units=st.integers(0, 400), phase=st.sampled_from([0, 1]))
def test_from_any_state_the_next_unit_is_worth_one(outcome, name, side, seed, units, phase):
    drawn, test = world(outcome, seed, units + 1, RHO), made(outcome, name)
    before = drawn.some(np.arange(units)).totals()
    last = replace(drawn.some(np.arange(units, units + 1)), phase=np.array([phase]))
    after = [replace(last, treated=np.array([treated])).totals() for treated in (0, 1)]
    steps = stacked([before, *({cell: before[cell] + one[cell] for cell in before} for one in after)])
    log_e = test.log_e(steps, RHO, side)
    control, treated = np.exp(log_e[1:] - log_e[0])
    assert_fair(name, (1 - RHO[phase]) * control + RHO[phase] * treated)


@pytest.mark.parametrize(("outcome", "name"), OF_CONVERTERS)
@sides
@given(
    seed=st.integers(0, 10**6),
    units=st.integers(0, 300),
    phase=st.sampled_from([0, 1]),
    lift=st.floats(-0.9, 9),
    other=st.floats(-0.9, 9),
)
def test_with_a_lift_inside_the_null_the_next_converter_is_worth_at_most_one(
    outcome, name, side, seed, units, phase, lift, other
):
    inside, edge = sorted([lift, other])[::side]
    test, before = made(outcome, name), world(outcome, seed, units, RHO).totals()["converted"]
    unit = np.array([[[int((row, arm) == (phase, treated)) for arm in (0, 1)] for row in (0, 1)] for treated in (0, 1)])
    log_e = test.log_e({"converted": np.concatenate([before[None], before + unit])}, RHO, side, Effect(edge, True))
    control, treated = np.exp(log_e[1:] - log_e[0])

    def worth(true_lift):
        odds = RHO[phase] * (1 + true_lift)
        return (control * (1 - RHO[phase]) + treated * odds) / (odds + 1 - RHO[phase])

    assert worth(inside) <= 1 + 1e-12
    assert_fair(name, worth(edge))


def test_no_exact_test_is_left_out():
    assert {name for _, name in EXACT} >= {
        "label_bet",
        "sprt",
        "sprt_early",
        "multinomial",
        "normal_mixture",
        "bounded_bet",
    }
