"""The interval is what the margin bets leave standing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats.sequential.label_bet import LabelBet

BET = LabelBet(mde=0.2, baseline=0.1)
ALPHA = 0.05
THRESHOLD = np.log(2 / ALPHA)

arm = st.tuples(st.integers(0, 20_000), st.floats(0, 1)).map(lambda a: (round(a[0] * a[1]), a[0] - round(a[0] * a[1])))
tables = st.tuples(arm, arm).map(lambda a: [[a[0][0], a[1][0], a[0][1], a[1][1]]])


def rates(cells):
    (treated, control, treated_others, control_others), *_ = cells
    return treated / (treated + treated_others), control / (control + control_others)


def test_hillstrom_visit_matches_the_reference():
    bet = LabelBet(mde=0.2, baseline=0.106)
    cells = [[3_894, 2_262, 21_307 - 3_894, 21_306 - 2_262]]
    assert bet.difference_interval(cells, [0.5], ALPHA) == pytest.approx((0.065572, 0.087643), abs=5e-7)
    assert bet.relative_interval(cells, [0.5], ALPHA) == pytest.approx((0.587702, 0.871109), abs=5e-7)


@given(st.integers(20, 20_000), st.integers(20, 20_000), st.floats(0.001, 0.999), st.floats(0.001, 0.999))
def test_the_interval_contains_the_estimate(treated, control, high, low):
    cells = [
        [round(treated * high), round(control * low), treated - round(treated * high), control - round(control * low)]
    ]
    rho, (p, q) = treated / (treated + control), rates(cells)
    lower, upper = BET.difference_interval(cells, [rho], ALPHA)
    assert lower <= p - q <= upper
    if q > 0:
        lower, upper = BET.relative_interval(cells, [rho], ALPHA)
        assert lower <= min(p / q - 1, 10) <= upper


@given(tables, st.sampled_from([0.1, 0.5, 0.9]), st.sampled_from([0.001, 0.05, 0.2]))
def test_the_bets_against_the_bounds_stand_at_the_threshold(cells, rho, alpha):
    threshold = np.log(2 / alpha)
    for side, bound in zip((1, -1), BET.difference_interval(cells, [rho], alpha), strict=True):
        beyond, short = np.clip([bound - side * 1e-6, bound + side * 1e-6], -1, 1)
        assert abs(bound) == 1 or BET.log_wealth(cells, [rho], side, bound) >= threshold - 1e-9
        assert abs(short) == 1 or BET.log_wealth(cells, [rho], side, short) < threshold + 1e-9
        assert abs(bound) == 1 or BET.log_wealth(cells, [rho], side, beyond) >= threshold - 1e-9
