"""What the label bet promises: fair games under the null, and evidence that is a function of totals alone."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats.evidence import two_sided
from stats.sequential.label_bet import LabelBet
from stats.sequential.wealth import LARGEST_LOSS

BET = LabelBet(mde=0.3, baseline=0.2)
HILLSTROM_VISIT = [[3_894, 2_262, 21_307 - 3_894, 21_306 - 2_262]]  # mens against no e-mail, matured units
LANDING_PAGE = [[17_268, 17_468, 144_389 - 17_268, 144_300 - 17_468]]

sides = st.sampled_from([1, -1])
chances = st.floats(0.05, 0.95)
tables = st.lists(st.lists(st.integers(0, 10**9), min_size=4, max_size=4), min_size=1, max_size=3)


def cells_of(units, phases=1):
    cells = np.zeros((phases, 4))
    for phase, treated, converted in units:
        cells[phase, 2 * (not converted) + (not treated)] += 1
    return cells


def worth(wealth, rho, chance_treated, chance_control):
    """Average wealth after one unit a phase, over all labels and outcomes."""
    total = 0.0
    for units in product(product([True, False], repeat=2), repeat=len(rho)):
        chance = 1.0
        for phase, (treated, converted) in enumerate(units):
            converts = (chance_treated if treated else chance_control)[phase]
            chance *= (rho[phase] if treated else 1 - rho[phase]) * (converts if converted else 1 - converts)
        total += chance * np.exp(wealth(cells_of([(e, *unit) for e, unit in enumerate(units)], len(rho))))
    return total


@given(st.lists(st.booleans(), min_size=1, max_size=8), chances, sides)
def test_wealth_is_worth_one_on_average_whatever_the_outcomes(outcomes, rho, side):
    average = sum(
        np.prod([rho if a else 1 - rho for a in labels])
        * np.exp(BET.log_wealth(cells_of([(0, a, y) for a, y in zip(labels, outcomes, strict=True)]), [rho], side))
        for labels in product([True, False], repeat=len(outcomes))
    )
    assert average == pytest.approx(1, abs=1e-12)


@given(chances, chances, st.tuples(chances, chances, chances), sides)
def test_at_the_border_of_an_absolute_margin_the_wealth_is_worth_one(treated, control, rho, side):
    difference = treated - control
    average = worth(lambda c: BET.log_wealth(c, rho, side, difference), rho, [treated] * 3, [control] * 3)
    assert average == pytest.approx(1, abs=1e-12)


@given(chances, chances, st.tuples(chances, chances, chances), sides)
def test_at_the_border_of_a_relative_margin_the_wealth_is_worth_one(treated, control, rho, side):
    lift = min(treated / control - 1, 9.9)
    treated = control * (1 + lift)
    average = worth(lambda c: BET.log_wealth_relative(c, rho, side, lift), rho, [treated] * 3, [control] * 3)
    assert average == pytest.approx(1, abs=1e-12)


@given(st.tuples(chances, chances), st.tuples(chances, chances), st.tuples(chances, chances), sides)
def test_inside_the_null_the_wealth_is_worth_at_most_one_though_rates_drift(rates, others, rho, side):
    low, high = np.minimum(rates, others), np.maximum(rates, others)
    treated, control = (low, high) if side == 1 else (high, low)
    gap, lift = (side * f(side * x) for f, x in ((max, treated - control), (max, treated / control - 1)))
    assert worth(lambda c: BET.log_wealth(c, rho, side), rho, treated, control) <= 1 + 1e-12
    assert worth(lambda c: BET.log_wealth(c, rho, side, gap), rho, treated, control) <= 1 + 1e-12
    assert worth(lambda c: BET.log_wealth_relative(c, rho, side, min(lift, 10)), rho, treated, control) <= 1 + 1e-12


@given(tables, st.lists(st.floats(0.01, 0.99), min_size=3, max_size=3), sides)
def test_swapping_the_arms_swaps_the_sides(cells, rho, side):
    cells, rho = np.array(cells), np.array(rho[: len(cells)])
    swapped = cells[:, [1, 0, 3, 2]]
    for difference in (0, 0.1):
        expected = BET.log_wealth(cells, rho, side, difference)
        assert BET.log_wealth(swapped, 1 - rho, -side, -difference) == pytest.approx(expected, rel=1e-12, abs=1e-9)


@given(tables, st.randoms(use_true_random=False))
def test_the_order_of_phases_and_their_merging_do_not_matter(cells, random):
    cells, order = np.array(cells), random.sample(range(len(cells)), len(cells))
    merged = BET.log_wealth(cells.sum(axis=0, keepdims=True), [0.3])
    split = BET.log_wealth(cells[order], [0.3] * len(cells))
    assert split == pytest.approx(merged, rel=1e-12, abs=1e-9)


@pytest.mark.parametrize("phases", [1, 3])
def test_one_contrast_at_a_time_gives_the_same_bytes_as_a_batch(phases):
    cells = np.random.default_rng(3).integers(0, 10_000, (50, 2, phases, 4))
    rho = [0.1, 0.5, 0.9][:phases]
    batch = BET.log_wealth(cells, rho)
    assert [[BET.log_wealth(c, rho).tobytes() for c in row] for row in cells] == [
        [x.tobytes() for x in r] for r in batch
    ]


@given(tables, sides, st.floats(-1, 1), st.floats(-1, 10), st.sampled_from([0.001, 0.01, 0.5, 0.99, 0.999]))
def test_no_counts_up_to_a_billion_ruin_the_bettor(cells, side, difference, lift, rho):
    rho, bets = [rho] * len(cells), [LabelBet(5.0), LabelBet(0.01, 0.001), LabelBet(1e-6, 0.999)]
    wealth = [
        w
        for b in bets
        for w in (b.log_wealth(cells, rho, side, difference), b.log_wealth_relative(cells, rho, side, lift))
    ]
    assert np.isfinite(wealth).all()


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("rho", [0.01, 0.25, 0.5, 0.75, 0.99])
def test_no_unit_costs_more_than_the_largest_loss(rho, side):
    bet, units = LabelBet(mde=100.0, baseline=0.5, steps=(1.0,)), np.eye(4)[:, None, :]
    wealth = [bet.log_wealth(units, [rho], side, d) for d in (-1, -0.3, 0, 0.5, 1)]
    wealth += [bet.log_wealth_relative(units, [rho], side, r) for r in (-1, -0.3, 0, 0.5, 10)]
    assert np.min(wealth) >= np.log(1 - LARGEST_LOSS)


def test_no_units_are_no_evidence():
    assert BET.log_wealth([[0, 0, 0, 0]], [0.5]) == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("rho", [0.5, 0.99])
def test_an_arm_without_conversions_is_found_worse(rho):
    treated, control = int(100_000 * rho), int(100_000 * (1 - rho))
    cells = [[0, 0.1 * control, treated, 0.9 * control]]
    assert BET.log_wealth(cells, [rho], -1) > 50
    assert BET.log_wealth(cells, [rho], 1) < 0


def test_a_dead_arm_is_evidence_against_the_allocation_only_as_far_as_it_looks_like_an_effect():
    nobody_converted = [[0, 0, 5_000, 0]]
    assert BET.log_wealth(nobody_converted, [0.5], 1) < 0


def test_hillstrom_visit_matches_the_reference():
    bet = LabelBet(mde=0.2, baseline=0.106)
    up, down = (bet.log_wealth(HILLSTROM_VISIT, [0.5], side) for side in (1, -1))
    assert [up, down, two_sided(up, down)] == pytest.approx([247.261091, -73.624103, 246.567944], abs=5e-7)


def test_hillstrom_visit_without_a_baseline_matches_the_reference():
    up, down = (LabelBet(mde=0.2).log_wealth(HILLSTROM_VISIT, [0.5], side) for side in (1, -1))
    assert two_sided(up, down) == pytest.approx(246.350547, abs=5e-7)


def test_the_landing_page_experiment_matches_the_reference_and_is_futile():
    bet = LabelBet(mde=0.05, baseline=0.12)
    up, down = (bet.log_wealth(LANDING_PAGE, [0.5], side) for side in (1, -1))
    assert two_sided(up, down) == pytest.approx(-1.508018, abs=5e-7)
    assert bet.log_wealth_relative(LANDING_PAGE, [0.5], -1, bet.mde) == pytest.approx(16.379965, abs=5e-7)
