"""What every sequential test promises; a new test is found by the registry and must keep it.

Worlds are drawn from the same process in both arms but for a lift, so an estimate is where its interval looks for it.
"""

import json
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import stats.sequential
from stats.evidence import p_always_valid, running
from stats.sequential.base import NO_EFFECT, OUTCOMES, Design, Effect, Horizon, register, registry
from tests.stats.sequential.worlds import CAP, MEAN, OFFERED, SCALE, stacked, world, worlds

ROOT = Path(__file__).parents[3]
ALPHA = 0.05
CASES = sorted(registry())

# Modules of the package that define no test of their own.
NOT_TESTS = {
    "base": "the interface",
    "betting": "its capital depends on the order of observations: a decision could not be recomputed from its cells",
    "converters": "what multinomial and normal_mixture share",
    "nulls": "what one unit pays the label bet",
    "wealth": "the grid of the label bet",
    "yes_no": "how yes-or-no totals are read",
}
OWN_INTERVAL = {
    "sprt": "a race with one stake may be decided while the interval, that of the whole label bet, is still open",
    "sprt_early": "it has no interval",
}
AGREEMENT = {  # how far the evidence may be from log(2/alpha) where the interval ends at zero
    "asymptotic_cs": 0.02,  # the other half of the prior is worth something still
    "msprt": 0.02,
    "cuped": 0.02,
    "anytime_regression": 0.02,
}
CLOSE = 1e-6

every_test = pytest.mark.parametrize(("outcome", "name"), CASES)
few = settings(max_examples=8)


def design(outcome, **changes):
    fixed = {
        "mde": Effect(0.2, relative=True),
        "baseline": MEAN[outcome],
        "cap": None if outcome == "yes_no" else CAP,
        "alpha": ALPHA,
        "scale": SCALE[outcome],
        "units": 2_000,
        "theta": 0.3,
        "horizon": Horizon(4_000),
    }
    return Design(**fixed | changes)


def made(outcome, name, **changes):
    return registry()[outcome, name](design(outcome, **changes))


def borders(test):
    """A border of each kind that a test says it can test."""
    return [NO_EFFECT, *(Effect(0.05, relative=kind == "lift") for kind in test.borders)]


def answers(test, totals, rho):
    """Everything a test says about totals, as one array: (answers, ...)."""
    evidence = [test.log_e(totals, rho, side, beyond) for side in (1, -1) for beyond in borders(test)]
    shown = [test.estimate(totals, rho, relative=relative) for relative in (False, True)]
    ends = [end for relative in (False, True) for end in test.interval(totals, rho, ALPHA, relative=relative)]
    return np.array([*evidence, *shown, *ends])


@every_test
@few
@given(data=st.data())
def test_p_never_rises_from_look_to_look(outcome, name, data):
    drawn, test = data.draw(worlds(outcome)), made(outcome, name)
    log_e = test.log_e(drawn.looks(9), drawn.rho, 1)
    p = p_always_valid(running(np.array(0.0), log_e))
    assert np.all(np.diff(p) <= 0)
    assert np.all((p >= 0) & (p <= 1))


@every_test
@few
@given(data=st.data())
def test_the_highest_evidence_is_all_the_state_there_is(outcome, name, data):
    drawn, test, stop = data.draw(worlds(outcome)), made(outcome, name), data.draw(st.integers(1, 7))
    log_e = test.log_e(drawn.looks(8), drawn.rho, -1)
    whole = running(np.array(0.0), log_e)
    kept = json.loads(json.dumps(running(np.array(0.0), log_e[:stop])[-1].tolist()))
    assert running(np.array(kept), log_e[stop:]).tolist() == whole[stop:].tolist()


@every_test
@few
@given(data=st.data())
def test_one_look_alone_is_answered_as_among_many(outcome, name, data):
    drawn, test = data.draw(worlds(outcome)), made(outcome, name)
    looks = drawn.looks(4)
    together = answers(test, looks, drawn.rho)
    for look in range(4):
        alone = answers(test, {cell: array[look] for cell, array in looks.items()}, drawn.rho)
        np.testing.assert_array_equal(alone, together[:, look])


@every_test
@few
@given(data=st.data())
def test_the_order_of_units_does_not_matter(outcome, name, data):
    drawn, test = data.draw(worlds(outcome)), made(outcome, name)
    shuffled = drawn.some(np.random.default_rng(7).permutation(len(drawn)))
    expected = answers(test, drawn.totals(), drawn.rho)
    np.testing.assert_array_equal(answers(test, shuffled.totals(), drawn.rho), expected)


@every_test
@few
@given(data=st.data())
def test_totals_of_two_halves_add_up_to_those_of_all(outcome, name, data):
    drawn, test = data.draw(worlds(outcome)), made(outcome, name)
    first = np.random.default_rng(8).random(len(drawn)) < 0.5
    halves = drawn.some(first).totals(), drawn.some(~first).totals()
    merged = {cell: halves[0][cell] + halves[1][cell] for cell in halves[0]}
    expected = answers(test, drawn.totals(), drawn.rho)
    np.testing.assert_array_equal(answers(test, merged, drawn.rho), expected)


@every_test
@pytest.mark.parametrize("rho", [(0.5,), (0.2, 0.5), (0.9,)])
@pytest.mark.parametrize("lift", [0.0, 0.3, -0.5])
def test_the_interval_contains_the_estimate(outcome, name, rho, lift):
    test, looks = made(outcome, name), world(outcome, 5, 4_000, rho, lift).looks(5)
    for relative in (False, True):
        estimate = test.estimate(looks, rho, relative=relative)
        lower, upper = test.interval(looks, rho, ALPHA, relative=relative)
        known = np.isfinite(estimate) & np.isfinite(lower) & np.isfinite(upper)
        assert np.all((lower <= estimate)[known] & (estimate <= upper)[known])


@pytest.mark.parametrize(("outcome", "name"), [case for case in CASES if case[1] not in OWN_INTERVAL])
@pytest.mark.parametrize("rho", [(0.5,), (0.3, 0.5)])
@pytest.mark.parametrize("lift", [0.0, 0.3, -0.3])
@pytest.mark.parametrize("relative", [False, True])
def test_zero_is_outside_the_interval_where_a_half_of_the_test_rejects(outcome, name, rho, lift, relative):
    test, looks = made(outcome, name), stacked([world(outcome, seed, 3_000, rho, lift).totals() for seed in range(12)])
    lower, upper = test.interval(looks, rho, ALPHA, relative=relative)
    threshold, slack = np.log(2 / ALPHA), AGREEMENT.get(name, CLOSE)
    for side, outside in ((1, lower > 0), (-1, upper < 0)):
        log_e = test.log_e(looks, rho, side)
        assert np.all(log_e[outside] >= threshold - slack)
        assert not np.any(outside[log_e < threshold - slack])


def extremes(outcome):
    """Totals beyond the usual: by name, with their rho."""
    plain, lopsided = world(outcome, 1, 600, exact_split=True), world(outcome, 3, 600, (0.99,), exact_split=True)
    dead = replace(plain, y=plain.y * (plain.treated == 0))
    none = replace(plain, y=0 * plain.y)
    return {
        "nobody": (plain.some(np.zeros(0, int)).totals(), [0.5]),
        "no conversions": (none.totals(), [0.5]),
        "a treatment without conversions": (dead.totals(), [0.5]),
        "a control without units": (plain.some(plain.treated == 1).totals(), [0.5]),
        "rho 0.99": (lopsided.totals(), [0.99]),
        "a billion units": ({cell: array * 2 * 10**6 for cell, array in plain.totals().items()}, [0.5]),
        "a billion units, a dead arm": ({cell: array * 2 * 10**6 for cell, array in dead.totals().items()}, [0.5]),
        "a billion units, rho 0.99": ({c: array * 2 * 10**6 for c, array in lopsided.totals().items()}, [0.99]),
    }


@every_test
@pytest.mark.parametrize("extreme", extremes("yes_no"))
def test_evidence_is_finite_whatever_the_counts(outcome, name, extreme):
    test, (totals, rho) = made(outcome, name), extremes(outcome)[extreme]
    for side in (1, -1):
        for beyond in borders(test):
            assert np.isfinite(test.log_e(totals, rho, side, beyond))
    for relative in (False, True):
        lower, upper = test.interval(totals, rho, ALPHA, relative=relative)
        assert not np.isinf([lower, upper, test.estimate(totals, rho, relative=relative)]).any()
        assert not lower > upper


@every_test
def test_without_units_there_is_no_evidence(outcome, name):
    totals = world(outcome, 1, 10).some(np.zeros(0, int)).totals()
    assert made(outcome, name).log_e(totals, [0.5], 1) == pytest.approx(0, abs=1e-12)


@every_test
@pytest.mark.parametrize("side", [1, -1])
def test_an_effect_is_found_on_its_side_only(outcome, name, side):
    test, drawn = made(outcome, name), world(outcome, 4, 12_000, (0.5,), 0.6 * side)
    totals = drawn.totals()
    assert test.log_e(totals, [0.5], side) > np.log(2 / ALPHA)
    assert test.log_e(totals, [0.5], -side) < 0


@every_test
@pytest.mark.parametrize(
    ("parameter", "wrong"),
    [("mde", Effect(0.0, relative=True)), ("mde", Effect(float("nan"))), ("alpha", 0.5), ("baseline", -0.1)],
)
def test_an_impossible_design_is_refused_by_the_name_of_its_parameter(outcome, name, parameter, wrong):
    with pytest.raises(ValueError, match=parameter):
        made(outcome, name, **{parameter: wrong})


@every_test
def test_impossible_totals_are_refused_by_name(outcome, name):
    test, totals = made(outcome, name), world(outcome, 1, 900).totals()
    cell = next(cell for cell in test.cells if cell in ("n", "converted"))
    for wrong in (-totals[cell], totals[cell][:, :1], np.concatenate([totals[cell]] * 2)):
        with pytest.raises(ValueError, match=rf"\b({cell}|totals)\b"):
            test.log_e(totals | {cell: wrong}, [0.5], 1)


@every_test
def test_rho_and_side_must_be_possible(outcome, name):
    test, totals = made(outcome, name), world(outcome, 1, 900).totals()
    with pytest.raises(ValueError, match="rho"):
        test.log_e(totals, [1.0], 1)
    with pytest.raises(ValueError, match="side"):
        test.log_e(totals, [0.5], 2)


@every_test
def test_a_border_it_cannot_test_is_refused(outcome, name):
    test, totals = made(outcome, name), world(outcome, 1, 900).totals()
    for kind in {"difference", "lift"} - set(test.borders):
        with pytest.raises(ValueError, match="beyond must be zero"):
            test.log_e(totals, [0.5], 1, Effect(0.05, relative=kind == "lift"))


@every_test
def test_a_border_of_zero_is_no_border(outcome, name):
    test, totals = made(outcome, name), world(outcome, 1, 900).totals()
    expected = test.log_e(totals, [0.5], 1)
    for relative in (False, True):
        assert test.log_e(totals, [0.5], 1, Effect(0.0, relative)) == pytest.approx(expected, abs=1e-9)


@every_test
def test_it_reads_only_totals_that_its_outcome_offers(outcome, name):
    test, totals = made(outcome, name), world(outcome, 1, 900).totals()
    assert set(test.cells) <= set(OFFERED[outcome])
    read = {cell: totals[cell] for cell in test.cells}
    np.testing.assert_array_equal(answers(test, read, [0.5]), answers(test, totals, [0.5]))


@every_test
def test_it_describes_itself(outcome, name):
    test = registry()[outcome, name]
    assert (test.name, outcome in test.outcomes) == (name, True)
    assert set(test.outcomes) <= set(OUTCOMES)
    assert set(test.borders) <= {"difference", "lift"}
    assert test.null
    assert {type(test.exact), type(test.two_sided)} == {bool}


@every_test
def test_it_has_a_page(outcome, name):
    page = (ROOT / "docs" / "tests" / f"{name}.md").read_text()
    assert page.startswith("# ")
    assert f"stats/sequential/{registry()[outcome, name].__module__.rpartition('.')[2]}.py" in page


@every_test
def test_a_golden_scenario_shows_it(outcome, name):
    assert (outcome, name) in shown()


@cache
def shown():
    """(outcome, method) of the metrics whose method a golden scenario names."""
    documents = [yaml.safe_load(file.read_text()) for file in (ROOT / "tests" / "golden").rglob("definition.yaml")]
    chosen = [(document["metrics"], document.get("statistics", {}).get("method", {})) for document in documents]
    return {(kind(metric), of[metric["id"]]) for metrics, of in chosen for metric in metrics if metric["id"] in of}


def kind(metric):
    """The outcome of a metric."""
    if metric["type"] in ("count", "continuous"):
        return "adjusted_amount" if "covariate" in metric else "amount"
    return "ratio" if metric["type"] == "ratio" else "yes_no"


def test_every_module_of_the_package_defines_a_test_or_says_why_not():
    modules = {found.name for found in iter_modules(stats.sequential.__path__)}
    tests = {test.__module__.rpartition(".")[2] for test in registry().values()}
    assert modules - tests == set(NOT_TESTS)
    assert not tests & set(NOT_TESTS)


def test_every_class_that_looks_like_a_test_is_registered():
    registered = set(registry().values())
    for found in iter_modules(stats.sequential.__path__):
        module = import_module(f"stats.sequential.{found.name}")
        for value in vars(module).values():
            if (
                isinstance(value, type)
                and value.__module__ == module.__name__
                and isinstance(vars(value).get("name"), str)
            ):
                assert value in registered


def test_a_name_is_taken_once_for_an_outcome_and_outcomes_are_a_closed_list():
    label_bet = registry()["yes_no", "label_bet"]
    with pytest.raises(ValueError, match="label_bet must be the only test of that name"):
        register(label_bet)
    with pytest.raises(ValueError, match="must be the only test of that name for an outcome of"):
        register(type("Odd", (label_bet,), {"name": "odd", "outcomes": ("no_such_outcome",)}))
