"""Asked at once, the tests of many designs say what each of them says alone: the same bits."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stats.sequential.base import NO_EFFECT, Design, Effect, Horizon, registry
from stats.several import Several, likeness
from tests.stats.sequential.worlds import CAP, MEAN, SCALE, stacked, world

few = settings(max_examples=8)
every_test = pytest.mark.parametrize(("outcome", "name"), sorted(registry()))
ALPHAS = (0.05, 0.01, 0.1)


@st.composite
def asked(draw, outcome, name):
    """A few designs of one test, and (designs, treatments, phases) chances of treatment."""
    phases, treatments, relative = draw(st.integers(1, 2)), draw(st.integers(1, 2)), draw(st.booleans())
    shares = st.floats(0.1, 0.4)
    designs = [
        Design(
            mde=Effect(draw(shares) * (1 if relative else MEAN[outcome]), relative),
            baseline=MEAN[outcome] * (1 + draw(shares)),
            cap=None if outcome == "yes_no" else CAP,
            alpha=draw(st.sampled_from(ALPHAS)),
            scale=SCALE[outcome],
            units=2_000,
            theta=draw(shares),
            horizon=Horizon(4_000),
        )
        for _ in range(draw(st.integers(1, 3)))
    ]
    rho = [[[draw(st.floats(0.1, 0.9)) for _ in range(phases)] for _ in range(treatments)] for _ in designs]
    return [registry()[outcome, name](one) for one in designs], np.array(rho), draw(st.integers(0, 99))


def totals_of(outcome, rho, seed, looks=3):
    """(designs, looks, treatments, phases, 2) by name, beside the worlds they are of."""
    worlds = [
        [world(outcome, seed + 7 * i + v, 600, mine).looks(looks) for v, mine in enumerate(own)]
        for i, own in enumerate(rho)
    ]
    return {name: np.moveaxis(np.stack([stacked(own)[name] for own in worlds]), 1, 2) for name in worlds[0][0]}


def one_by_one(tests, totals, rho, ask):
    """What each says of its own part of the totals: (..., designs, looks, treatments)."""
    told = [
        [
            ask(i, test, {name: cells[i, :, v] for name, cells in totals.items()}, rho[i, v].tolist())
            for v in range(rho.shape[1])
        ]
        for i, test in enumerate(tests)
    ]
    return np.moveaxis(np.array(told), (0, 1), (-3, -1))


@every_test
@few
@given(data=st.data())
def test_evidence_of_many_designs_is_that_of_each(outcome, name, data):
    tests, rho, seed = data.draw(asked(outcome, name))
    totals = totals_of(outcome, rho, seed)
    for border in [NO_EFFECT, *(Effect(0.05, relative=kind == "lift") for kind in tests[0].borders)]:
        size = np.array([[border.size * (1 + 0.1 * i) for i in range(len(tests))]] * 2)
        sides = np.array([[1] * len(tests), [-1] * len(tests)])
        found = Several(tests, rho).log_e(totals, sides, size, relative=border.relative)
        for claim, side in enumerate((1, -1)):
            expected = one_by_one(
                tests,
                totals,
                rho,
                lambda i, test, told, odds, side=side, size=size, border=border: test.log_e(
                    told, odds, side, replace(border, size=float(size[0, i]))
                ),
            )
            np.testing.assert_array_equal(expected, found[claim])


@every_test
@few
@given(data=st.data())
def test_estimates_and_intervals_of_many_designs_are_those_of_each(outcome, name, data):
    tests, rho, seed = data.draw(asked(outcome, name))
    totals, several = totals_of(outcome, rho, seed), Several(tests, rho)
    alpha = [ALPHAS[i % 3] for i in range(len(tests))]
    for relative in (False, True):
        expected = one_by_one(
            tests,
            totals,
            rho,
            lambda i, test, told, odds, r=relative: np.stack(
                [test.estimate(told, odds, relative=r), *test.interval(told, odds, alpha[i], relative=r)]
            ),
        )
        found = several.estimate(totals, relative=relative), *several.interval(totals, alpha, relative=relative)
        np.testing.assert_array_equal(expected, np.stack(found))


def test_readings_may_stand_before_the_designs():
    tests = [registry()["yes_no", "label_bet"](Design(Effect(0.2, relative=True), size)) for size in (0.2, 0.3)]
    rho = np.full((2, 1, 1), 0.5)
    totals = totals_of("yes_no", rho, 1)
    both = {name: np.stack([cells, 2 * cells]) for name, cells in totals.items()}
    ask = np.array([[1, 1], [-1, -1]]), np.zeros((2, 2))
    found, one = (Several(tests, rho).log_e(t, *ask, relative=False) for t in (both, totals))
    assert found.shape == (2, 2, 2, 3, 1)
    np.testing.assert_array_equal(one, found[:, 0])


def test_tests_are_alike_if_their_designs_know_the_same():
    def made(name, **changes):
        return registry()["yes_no", name](Design(**{"mde": Effect(0.2, relative=True), "baseline": 0.2} | changes))

    assert likeness(made("label_bet")) == likeness(made("label_bet", baseline=0.3, mde=Effect(0.1, relative=True)))
    assert likeness(made("label_bet")) != likeness(made("label_bet", baseline=None))
    assert likeness(made("label_bet")) != likeness(made("label_bet", mde=Effect(0.02)))
    assert likeness(made("label_bet")) != likeness(made("msprt"))
    assert likeness(made("multinomial")) == likeness(made("multinomial", baseline=None))
