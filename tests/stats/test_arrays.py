"""Impossible numbers are refused at the door, by name and with the allowed range."""

import numpy as np
import pytest

from stats.fixed_sample import two_proportion_z
from stats.moments import moments
from stats.sequential import asymptotic_cs, msprt, multinomial
from stats.sequential.label_bet import LabelBet
from stats.strata import gate

CELLS = [[3, 2, 5, 6]]
BET = LabelBet(mde=0.1)

REFUSED = [
    (lambda: LabelBet(mde=0.0), r"mde must be in \(0, inf\), got 0"),
    (lambda: LabelBet(mde=np.inf), r"mde must be in \(0, inf\)"),
    (lambda: LabelBet(mde=0.1, baseline=1.0), r"baseline must be in \(0, 1\), got 1"),
    (lambda: BET.log_wealth([[3, -1, 5, 6]], [0.5]), r"cells must be counts in \[0, inf\), got \[\[ 3. -1."),
    (lambda: BET.log_wealth([[3, np.nan, 5, 6]], [0.5]), r"cells must be counts in \[0, inf\)"),
    (lambda: BET.log_wealth([[3, np.inf, 5, 6]], [0.5]), r"cells must be counts in \[0, inf\)"),
    (lambda: BET.log_wealth(CELLS, [0.5, 0.5]), r"cells must have shape \(..., phases, 4\) with the 2 phases of rho"),
    (lambda: BET.log_wealth(CELLS, [1.0]), r"rho must be in \(0, 1\), got \[1.\]"),
    (lambda: BET.log_wealth(CELLS, [0.5], side=0), "side must be 1 or -1, got 0"),
    (lambda: BET.log_wealth(CELLS, [0.5], difference=1.5), r"difference must be in \[-1.0, 1.0\], got 1.5"),
    (lambda: BET.log_wealth_relative(CELLS, [0.5], 1, -2.0), r"lift must be in \[-1.0, 10.0\], got -2.0"),
    (lambda: BET.difference_interval(CELLS, [0.0], 0.05), r"rho must be in \(0, 1\)"),
    (lambda: BET.difference_interval(CELLS, [0.5], 0.0), r"alpha must be in \(0, 0.2\], got 0"),
    (lambda: BET.relative_interval(CELLS, [0.5], 0.5), r"alpha must be in \(0, 0.2\], got 0.5"),
    (lambda: msprt.log_e(0.1, 0.01, 0.0), r"tau2 must be in \(0, inf\)"),
    (lambda: msprt.log_e_one_sided(0.1, 0.01, 0.1, 2), "side must be 1 or -1"),
    (lambda: msprt.half_width(0.01, 0.1, 0.3), r"alpha must be in \(0, 0.2\]"),
    (lambda: asymptotic_cs.log_e(-1, 0.0, 1.0), r"n must be counts in \[0, inf\)"),
    (lambda: asymptotic_cs.optimal_rho2(0, 0.05), r"n_opt must be in \(0, inf\)"),
    (lambda: gate([[1, 1]], [1.5]), r"rho must be in \(0, 1\)"),
    (lambda: multinomial.log_bayes_factor([1, 2], [0.5, 0.6], 1), "probabilities must sum to 1 over the arms"),
    (lambda: multinomial.log_bayes_factor([1, 2], [0.0, 1.0], 1), r"probabilities must be in \(0, 1\)"),
    (lambda: multinomial.srm([[1, 2]], [[0.3, 0.3]], 1), "weights must sum to 1 over the arms"),
    (lambda: multinomial.srm([[1, 2]], [[0.5, 0.5]], 0), r"concentration must be in \(0, inf\)"),
    (lambda: two_proportion_z([10, 10], [11, 3]), r"x must be in \[0, entered\], got \[11.  3.\]"),
    (lambda: moments(-1, 0, 0), r"n must be in \[0, inf\)"),
    (lambda: moments(2, 10, 40), r"squares >= total\*\*2 / n"),
    (lambda: moments(0, 0, 3), r"squares >= total\*\*2 / n"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_an_impossible_number_is_refused_with_its_name_and_range(call, message):
    with pytest.raises(ValueError, match=message):
        call()
