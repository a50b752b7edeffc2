from dataclasses import replace
from itertools import product
from math import exp, fsum, log, log1p, log10

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats.evidence import two_sided
from stats.sequential.base import Design, Effect
from stats.sequential.bounded_bet import BetOnAmounts, BoundedBet

CAP = 100
BETS = [BoundedBet(CAP), BoundedBet(CAP, baseline=7.0)]
bets = pytest.mark.parametrize("bet", BETS, ids=["without baseline", "with baseline"])
sides = pytest.mark.parametrize("side", [1, -1])

amounts = st.lists(st.integers(0, CAP), max_size=5)
odds = st.lists(st.floats(0.05, 0.95), min_size=1, max_size=3)


def totals(phases):
    """n, total and squares of (control, treated) amounts."""
    return [[[sum(y**power for y in arm) for arm in phase] for phase in phases] for power in range(3)]


def wealth_unit_by_unit(bet, phases, rho, side, difference):
    """The definition: what every unit pays, averaged over centres and stakes."""
    centres = [(bet.cap * 10 ** (k * log10(500) / 5 - 3), 1 / 6) for k in range(6)]
    if bet.baseline is not None:
        centres = [(bet.baseline, 1 / 2)] + [(c, weight / 2) for c, weight in centres]
    paths = []
    for c, weight in centres:
        worst = [
            side * (a - r) * (y - c) - r * (1 - r) * abs(difference) for r, a, y in product(rho, (0, 1), (0, bet.cap))
        ]
        scores = [
            side * ((a - r) * (y - c) - r * (1 - r) * difference) / -min(worst)
            for r, phase in zip(rho, phases, strict=True)
            for a in (0, 1)
            for y in phase[a]
        ]
        stakes = [0.09 * k for k in range(1, 11)]
        paid = [fsum(stake * x + (log1p(-stake) + stake) * x * x for x in scores) for stake in stakes]
        paths += [weight / 10 * exp(logarithm) for logarithm in paid]
    return log(fsum(paths))


@bets
@sides
@given(st.data(), odds, st.floats(-CAP, CAP))
def test_the_wealth_of_totals_is_that_of_the_units_one_by_one(bet, side, data, rho, difference):
    phases = [(data.draw(amounts), data.draw(amounts)) for _ in rho]
    for margin in (0.0, difference):
        expected = wealth_unit_by_unit(bet, phases, rho, side, margin)
        assert bet.log_wealth(*totals(phases), rho, side, margin) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def worth(bet, chances, people, rho, side, difference=0.0):
    """The average wealth; people are (outcomes, phases) pairs of amounts, of control and of treatment."""
    cells = np.array([totals(phases) for phases in people]).swapaxes(0, 1)
    return chances @ np.exp(bet.log_wealth(*cells, rho, side, difference))


@bets
@sides
@pytest.mark.parametrize("spent", [(0, 0, 0, 100, 0, 3, 50, 0), (100,) * 8, (0, 1, 2, 4, 8, 16, 32, 64), (0,) * 8])
def test_whatever_was_spent_random_labels_are_worth_at_most_one_on_average(bet, side, spent):
    rho, labels = (0.3, 0.9), np.array(list(product([0, 1], repeat=8)))
    chances = np.prod(np.where(labels, np.repeat(rho, 4), 1 - np.repeat(rho, 4)), axis=-1)
    parts, amounts = (slice(4), slice(4, 8)), np.array(spent)
    people = [[[amounts[p][row[p] == arm].tolist() for arm in (0, 1)] for p in parts] for row in labels]
    assert worth(bet, chances, people, rho, side) <= 1 + 1e-12


@bets
@sides
@pytest.mark.parametrize("rho", [0.2, 0.5, 0.9])
def test_at_the_border_of_a_margin_the_wealth_is_worth_at_most_one_on_average(bet, side, rho):
    units = [
        ((1 - rho) * 0.5, 0, 0),
        ((1 - rho) * 0.5, 0, 40),
        (rho * 0.7, 1, 0),
        (rho * 0.3, 1, 100),
    ]  # means 20 and 30
    outcomes = list(product(units, repeat=4))
    chances = np.array([np.prod([chance for chance, _, _ in units]) for units in outcomes])
    people = [[[[y for _, label, y in units if label == arm] for arm in (0, 1)]] for units in outcomes]
    assert 0.5 < worth(bet, chances, people, [rho], side, difference=10) <= 1


@bets
def test_exchanging_the_arms_exchanges_the_sides(bet):
    phase = [[3, 0, 40, 0], [10, 0, 100]]
    up = bet.log_wealth(*totals([phase]), [0.25], 1, difference=4)
    assert bet.log_wealth(*totals([phase[::-1]]), [0.75], -1, difference=-4) == pytest.approx(up, rel=1e-12)


@bets
@given(st.integers(1, 10**6), st.data(), st.sampled_from([0.001, 0.05, 0.2]))
def test_the_interval_contains_the_estimate_and_ends_where_a_bet_has_won(bet, n, data, alpha):
    spent = [data.draw(st.integers(0, n * CAP)) for _ in (0, 1)]
    squares = [data.draw(st.integers(-(-(s**2) // n), s * CAP)) for s in spent]
    cells = [[n, n]], [spent], [squares]
    ends = np.array(bet.interval(*cells, [0.5], alpha))
    assert ends[0] <= (spent[1] - spent[0]) / n <= ends[1]
    for end, side in zip(ends, (1, -1), strict=True):
        if abs(end) < CAP:
            won, missed = (bet.log_wealth(*cells, [0.5], side, difference=at) for at in (end, end + side * 2e-9 * CAP))
            assert won > np.log(2 / alpha) - 1e-9 > missed


def test_many_contrasts_are_bet_on_at_once():
    several = [[[[1, 2], [3]], [[0], [50]]], [[[7], [0, 90]], [[], []]], [[[0] * 40, [90] * 40], [[], []]]]
    n, total, squares = (np.array([totals(phases)[i] for phases in several]) for i in range(3))
    rho, bet = (0.4, 0.6), BETS[1]
    expected = [bet.log_wealth(*totals(phases), rho, -1, 2.0) for phases in several]
    assert bet.log_wealth(n, total, squares, rho, -1, 2.0) == pytest.approx(np.array(expected), rel=1e-12)
    each = np.array([bet.interval(*totals(phases), rho, 0.05) for phases in several])
    assert np.array(bet.interval(n, total, squares, rho, 0.05)) == pytest.approx(each.T, abs=1e-6)


def test_an_effect_is_found_and_its_direction():
    n, total, squares = [[8000, 8000]], [[80_000, 96_000]], [[2_800_000, 3_360_000]]
    up, down = (BETS[1].log_wealth(n, total, squares, [0.5], side) for side in (1, -1))
    assert up > np.log(1000)
    assert down < 0
    assert two_sided(up, down) == pytest.approx(up - np.log(2), abs=1e-6)
    lower, upper = BETS[1].interval(n, total, squares, [0.5], 0.05)
    assert 0 < lower < 2 < upper < 4


def test_nobody_is_no_evidence_and_leaves_every_difference_open():
    nothing = [[0, 0]], [[0, 0]], [[0, 0]]
    assert BETS[0].log_wealth(*nothing, [0.5]) == pytest.approx(0, abs=1e-12)
    assert BETS[0].interval(*nothing, [0.5], 0.05) == (-CAP, CAP)


@pytest.mark.parametrize("treated", [(10**9, 10**16, 10**24), (10**9, 0, 0), (0, 0, 0), (1, 500_000_000, 25 * 10**16)])
@pytest.mark.parametrize("rho", [0.01, 0.5, 0.99])
def test_a_billion_units_in_millionths_and_dead_arms_give_finite_answers(treated, rho):
    bet = BoundedBet(500_000_000, baseline=10_000_000)
    cells = [np.array([[c, t]], dtype=object) for c, t in zip((10**9, 10**16, 10**24), treated, strict=True)]
    assert np.all(np.isfinite([bet.log_wealth(*cells, [rho], side) for side in (1, -1)]))
    assert np.all(np.isfinite(bet.interval(*cells, [rho], 0.05)))


DESIGN = Design(Effect(0.1, relative=True), baseline=7.0, cap=100.0, scale=10)


def spent(n, total, squares):
    """Totals of one phase in tenths."""
    cells = {"n": n, "sum": [10 * value for value in total], "squares": [100 * value for value in squares]}
    return {name: np.array([values], dtype=object) for name, values in cells.items()}


SPENT = [8000, 8000], [80_000, 96_000], [2_800_000, 3_360_000]


def test_the_test_takes_its_design_in_the_metric_s_unit_and_totals_in_integers():
    test, kernel, totals = BetOnAmounts(DESIGN), BETS[1], spent(*SPENT)
    cells = [[values] for values in SPENT]
    for side, border in ((1, 0.0), (-1, 1.4)):
        expected = pytest.approx(kernel.log_wealth(*cells, [0.5], side, border), rel=1e-9)
        assert test.log_e(totals, [0.5], side, Effect(border)) == expected
        assert test.log_e(totals, [0.5], side, Effect(border / 7, relative=True)) == expected
    assert test.interval(totals, [0.5], 0.05) == pytest.approx(kernel.interval(*cells, [0.5], 0.05), abs=1e-6)
    assert (test.estimate(totals, [0.5]), test.estimate(totals, [0.5], relative=True)) == (2.0, 0.2)
    assert np.isnan(test.interval(totals, [0.5], 0.05, relative=True)).all()


def test_labels_that_no_difference_explains_have_no_interval():
    assert np.isnan(BetOnAmounts(DESIGN).interval(spent([0, 10**6], [0, 10**7], [0, 10**9]), [0.5], 0.05)).all()


def test_a_cap_declared_in_units_is_a_whole_number_of_integers():
    cap_of_all = Design(Effect(0.1), cap=8.2, scale=10**6)  # 8.2 * 10**6 is a little less than 8200000
    totals = {"n": [[1, 1]], "sum": [[0, 8_200_000]], "squares": [[0, 8_200_000**2]]}
    assert np.isfinite(BetOnAmounts(cap_of_all).log_e(totals, [0.5], 1))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cap": None}, r"cap must be in \(0, inf\), got None"),
        ({"cap": -1.0}, r"cap must be in \(0, inf\), got -1"),
        ({"baseline": None}, r"baseline must be in \(0, inf\) where the mde is relative, got None"),
        ({"baseline": 100.0}, r"baseline / cap must be in \(0, 1\), got 1"),
        ({"alpha": 0.0}, r"alpha must be in \(0, 0.2\], got 0"),
        ({"scale": 0}, r"scale must be in \(0, inf\), got 0"),
    ],
)
def test_an_impossible_design_is_refused_with_the_parameter_and_its_range(changes, message):
    with pytest.raises(ValueError, match=message):
        BetOnAmounts(replace(DESIGN, **changes))


CELLS = [[3, 2]], [[30, 40]], [[500, 900]]
REFUSED = [
    (lambda: BoundedBet(0), r"cap must be in \(0, inf\), got 0"),
    (lambda: BoundedBet(np.inf), r"cap must be in \(0, inf\), got inf"),
    (lambda: BoundedBet(10, baseline=10), r"baseline / cap must be in \(0, 1\), got 1"),
    (lambda: BETS[0].log_wealth(*CELLS, [1.0]), r"rho must be in \(0, 1\), got \[1.\]"),
    (lambda: BETS[0].log_wealth(*CELLS, [0.5], side=0), "side must be 1 or -1, got 0"),
    (lambda: BETS[0].log_wealth(*CELLS, [0.5], difference=101), r"difference must be in \[-100, 100\], got 101"),
    (lambda: BETS[0].interval(*CELLS, [0.5], 0.5), r"alpha must be in \(0, 0.2\], got 0.5"),
    (lambda: BoundedBet(10).log_wealth(*CELLS, [0.5]), r"total must be in \[0, cap n\]"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_an_impossible_number_is_refused_with_its_name_and_range(call, message):
    with pytest.raises(ValueError, match=message):
        call()
