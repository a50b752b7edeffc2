"""The pair of bets accepts the null, which the mixture alone never does."""

import numpy as np
import pytest

from stats.sequential.base import NO_EFFECT, Design, Effect
from stats.sequential.label_bet import LabelBet
from stats.sequential.sprt import Sprt

RHO = [0.5]
MDE = Effect(0.1, relative=True)
UNITS = 200_000


def raced(control, treatment, good, units=UNITS):
    """Log evidence against "no improvement" and against "the MDE or more"."""
    test = Sprt(Design(MDE, 0.1))
    totals = {"n": np.full((1, 2), units), "converted": np.array([[control, treatment]]) * units}
    border = Effect(good * MDE.size, relative=True)
    return test.log_e(totals, RHO, good), test.log_e(totals, RHO, -good, border)


@pytest.mark.parametrize(("good", "improved"), [(1, 0.11), (-1, 0.09)])
def test_an_improvement_of_the_mde_is_declared_and_not_denied(good, improved):
    improvement, no_effect = raced(0.1, improved, good)
    assert improvement > np.log(1 / 0.05)
    assert no_effect < 0


@pytest.mark.parametrize("good", [1, -1])
def test_equal_rates_accept_the_null(good):
    improvement, no_effect = raced(0.1, 0.1, good)
    assert improvement < 0
    assert no_effect > np.log(1 / 0.2)


def test_with_one_centre_and_one_stake_the_wealth_is_the_product_over_units():
    centre, rho = 0.2, 0.3
    stake = 0.1 / (1 - centre)
    gains = np.array([(1 - rho) * (1 - centre), -rho * (1 - centre), -(1 - rho) * centre, rho * centre])
    on_baseline = np.array([7, 2, 11, 23]) @ np.log1p(stake * gains)
    totals = {"n": np.array([[25, 18]]), "converted": np.array([[2, 7]])}
    improvement = Sprt(Design(MDE, centre)).log_e(totals, [rho], 1)
    assert np.log(0.5) + on_baseline < improvement < np.log(0.5) + on_baseline + np.log(2.5)


def test_both_bets_are_margin_bets_of_the_same_prior_with_one_stake():
    bet, cells = LabelBet(0.1, 0.2, steps=(1.0,)), [[50, 40, 500, 510]]
    test, totals = Sprt(Design(MDE, 0.2)), {"n": np.array([[550, 550]]), "converted": np.array([[40, 50]])}
    assert test.log_e(totals, RHO, 1, NO_EFFECT) == bet.log_wealth(cells, RHO)
    assert test.log_e(totals, RHO, -1, MDE) == bet.log_wealth_relative(cells, RHO, -1, 0.1)
