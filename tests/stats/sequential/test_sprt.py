"""The pair of bets accepts the null, which the mixture alone never does."""

import numpy as np
import pytest

from stats.sequential.label_bet import LabelBet
from stats.sequential.sprt import Sprt

RHO = [0.5]


def matured(control, treatment, units=200_000):
    return [[treatment * units, control * units, (1 - treatment) * units, (1 - control) * units]]


@pytest.mark.parametrize(("good", "improved"), [(1, 0.11), (-1, 0.09)])
def test_an_improvement_of_the_mde_is_declared_and_not_denied(good, improved):
    improvement, no_effect = Sprt(0.1, 0.1, good).log_e(matured(0.1, improved), RHO)
    assert improvement > np.log(1 / 0.05)
    assert no_effect < 0


@pytest.mark.parametrize("good", [1, -1])
def test_equal_rates_accept_the_null(good):
    improvement, no_effect = Sprt(0.1, 0.1, good).log_e(matured(0.1, 0.1), RHO)
    assert improvement < 0
    assert no_effect > np.log(1 / 0.2)


def test_with_one_centre_and_one_stake_the_wealth_is_the_product_over_units():
    centre, rho = 0.2, 0.3
    stake = 0.1 / (1 - centre)
    gains = np.array([(1 - rho) * (1 - centre), -rho * (1 - centre), -(1 - rho) * centre, rho * centre])
    counts = np.array([7, 2, 11, 23])
    on_baseline = counts @ np.log1p(stake * gains)
    improvement, _ = Sprt(0.1, centre).log_e([counts], [rho])
    assert np.log(0.5) + on_baseline < improvement < np.log(0.5) + on_baseline + np.log(2.5)


def test_both_bets_are_margin_bets_of_the_same_prior_with_one_stake():
    bet, cells = LabelBet(0.1, 0.2, steps=(1.0,)), [[50, 40, 500, 510]]
    expected = bet.log_wealth(cells, RHO), bet.log_wealth_relative(cells, RHO, -1, 0.1)
    assert Sprt(0.1, 0.2).log_e(cells, RHO) == expected
