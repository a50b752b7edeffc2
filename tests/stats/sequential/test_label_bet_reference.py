"""The same evidence from the definition, node by node and cell by cell, without arrays."""

from math import exp, log, log1p

import pytest

from stats.sequential.label_bet import LabelBet

CELLS = [[180, 150, 1_500, 1_600], [90, 310, 900, 3_500]]
RHO = [0.5, 0.2]
PRIORS = [(0.1, None), (0.1, 0.09), (1.5, 0.6)]


def centres(baseline):
    x = [log(0.004 / 0.996) + i / 5 * (log(0.75 / 0.25) - log(0.004 / 0.996)) for i in range(6)]
    six = [(1 / (1 + exp(-v)), 1 / 6) for v in x]
    return six if baseline is None else [(baseline, 1 / 2)] + [(c, w / 2) for c, w in six]


def plain(c, rho, _):
    return [(1 - rho) * (1 - c), -rho * (1 - c), -(1 - rho) * c, rho * c], max(c, 1 - c)


def absolute(c, rho, d):
    gains, bound = plain(c, rho, d)
    return [g - rho * (1 - rho) * d for g in gains], bound + abs(d) / 4


def relative(c, rho, r):
    gains = [(1 - rho) * (1 - (1 + r) * c), -(1 + r) * rho * (1 - c), -(1 - rho) * (1 + r) * c, (1 + r) * rho * c]
    return gains, max(abs(1 - (1 + r) * c), (1 + r) * max(c, 1 - c))


def evidence(mde, baseline, side, null, margin):
    steps = [0.4 * k for k in range(1, 11)]
    prior = [exp(-(k**2) / 2) for k in steps]
    wealth = 0.0
    for c, centre_weight in centres(baseline):
        scale = mde / (1 - c) if null is not absolute else mde * (baseline or c) / (c * (1 - c))
        for step, weight in zip(steps, prior, strict=True):
            log_path = 0.0
            for rho, cells in zip(RHO, CELLS, strict=True):
                gains, bound = null(c, rho, margin)
                stake = min(step * scale, 0.95 / bound)
                log_path += sum(n * log1p(stake * side * g) for n, g in zip(cells, gains, strict=True))
            wealth += centre_weight * weight / sum(prior) * exp(log_path)
    return log(wealth)


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize(("mde", "baseline"), PRIORS)
def test_the_evidence_is_that_of_the_definition(mde, baseline, side):
    bet = LabelBet(mde, baseline)
    expected = evidence(mde, baseline, side, plain, 0)
    assert bet.log_wealth(CELLS, RHO, side) == pytest.approx(expected, rel=1e-12, abs=1e-10)


@pytest.mark.parametrize("margin", [-0.4, -0.01, 0.002, 0.3])
@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize(("mde", "baseline"), PRIORS)
def test_the_evidence_against_a_margin_is_that_of_the_definition(mde, baseline, side, margin):
    bet = LabelBet(mde, baseline)
    expected = [evidence(mde, baseline, side, null, margin) for null in (absolute, relative)]
    actual = [bet.log_wealth(CELLS, RHO, side, margin), bet.log_wealth_relative(CELLS, RHO, side, margin)]
    assert [float(a) for a in actual] == pytest.approx(expected, rel=1e-12, abs=1e-10)
