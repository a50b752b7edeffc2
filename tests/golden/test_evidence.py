"""Every registered test on the same events, as it is reported; and the same numbers by formulas that share no code."""

import json
import shutil
from math import log

import pytest

from tests.golden import evidence, scenarios
from tests.golden.__main__ import main
from tests.golden.evidence import ENDS, IDS, decisions, definition, differences, expected, judged
from tests.golden.plain import mixtures
from tests.golden.plain.bets import label_bet
from tests.golden.plain.cells import rate, recount
from tests.golden.plain.evidence import average, plain_evidence, plain_sample_ratio
from tests.golden.plain.intervals import FURTHEST_LIFT, evidence_at

CONTRASTS = [
    (scenario, m, variant["key"])
    for scenario in IDS
    for m in range(len(definition(scenario)["metrics"]))
    for variant in definition(scenario)["assignment"]["variants"]
    if variant["role"] == "treatment"
]
STATUSES = {"undecided", "winner", "harmful", "futile", "non_inferior", "equivalent", "suspended"}

THRESHOLD = log(2 / 0.05)

every_scenario = pytest.mark.parametrize("scenario", IDS)


def contrast(scenario, m, variant):
    return expected(scenario)["metrics"][definition(scenario)["metrics"][m]["id"]][variant]


def reported(scenario, m, variant):
    """Log evidence by kind of test."""
    arm = contrast(scenario, m, variant)
    early = {} if arm["early"] is None else {"early": arm["early"]["log_e"]}
    return {test["kind"]: test["log_e"] for test in arm["vs_control"]["tests"]} | early


@every_scenario
def test_a_replay_says_what_is_expected(scenario):
    assert differences(expected(scenario), judged(scenario)) == []


@every_scenario
def test_what_is_expected_counts_what_the_oracle_counts(scenario):
    counted = recount(scenario)["metrics"]
    told = ("units", "matured", "conversions", "sum", "mean")
    predicted = {m: {v: {name: arm[name] for name in told} for v, arm in arms.items()} for m, arms in counted.items()}
    assert scenarios.differences(predicted, expected(scenario)["metrics"]) == []


@pytest.mark.parametrize(("scenario", "m", "variant"), CONTRASTS)
def test_plain_formulas_find_the_same_evidence_in_recounted_cells(scenario, m, variant):
    assert reported(scenario, m, variant) == pytest.approx(plain_evidence(scenario, m, variant), abs=1e-9, rel=0)


@pytest.mark.parametrize(("scenario", "m", "variant"), CONTRASTS)
@pytest.mark.parametrize(("kind", "ends"), [("difference", ("lower", "upper")), ("lift", ENDS[2:])])
def test_at_both_ends_of_an_interval_plain_evidence_is_at_the_threshold(scenario, m, variant, kind, ends):
    found = contrast(scenario, m, variant)["vs_control"]
    for side, end in zip((1, -1), (found[name] for name in ends), strict=True):
        evidence = None if end is None else evidence_at(scenario, m, variant, (kind, end), side)
        if end == FURTHEST_LIFT:
            assert evidence < THRESHOLD
        elif evidence is not None:
            assert evidence == pytest.approx(THRESHOLD, abs=1e-6)


@every_scenario
def test_the_split_is_judged_as_a_plain_formula_does(scenario):
    assert expected(scenario)["srm"]["log_e"] == pytest.approx(plain_sample_ratio(scenario), abs=1e-9, rel=0)


@pytest.mark.parametrize("scenario", ["closed", "holm"])
def test_several_variants_are_corrected_when_one_is_declared(scenario):
    (declared,) = (one["data"] for one in decisions(scenario) if one["data"]["verdict"] == "stop_success")
    bold, wide = (better(metric) for metric in declared["evidence"]["metrics"])
    (test, *_) = declared["evidence"]["metrics"][0]["tests"]
    corrected = {"closed": min(bold, average(bold, wide)), "holm": bold - log(2)}[scenario]
    assert test["crossing"]["log_e"] == pytest.approx(corrected, abs=1e-9, rel=0)
    assert corrected >= THRESHOLD


def better(metric):
    """Evidence of the cells that a decision has recorded."""
    control, treated = (rate(arm["matured"][0], arm["matured_converted"][0]) for arm in metric["cells"].values())
    return label_bet([(3 / 7, control, treated)], 1, ("difference", 0), 0.4, 0.3)


def test_a_mixture_is_the_closed_form_of_its_integral():
    for s, v, precision in ((3.0, 2.0, 6.25), (-40.0, 36.75, 6.25), (200.0, 400.0, 0.01)):
        root = (v + precision) ** 0.5
        whole = 0.5 * log(precision / (v + precision)) + s**2 / (2 * (v + precision))
        half = whole + float(mixtures.mp.log(2 * mixtures.mp.ncdf(s / root)))
        assert mixtures.half_normal(s, v, precision) == pytest.approx(half, abs=1e-12)


def test_every_status_is_shown():
    assert {contrast(*one)["vs_control"]["status"] for one in CONTRASTS} == STATUSES


def test_a_wrong_number_is_noticed():
    right, wrong = expected("label-bet"), json.loads(json.dumps(expected("label-bet")))
    shown = wrong["metrics"]["purchase"]["bold"]["vs_control"]
    shown["log_e"], shown["lower"], shown["upper"] = shown["log_e"] + 1e-8, shown["lower"] + 1e-5, shown["upper"] + 1e-8
    wrong["metrics"]["purchase"]["plain"]["matured"] += 1
    found = differences(wrong, right)
    assert [line.partition(":")[0].rpartition("/")[2] for line in found] == ["log_e", "lower", "matured"]
    assert differences({"tests": [1]}, {"tests": [1, 2]}) == ["/tests: expected [1], found [1, 2]"]


def test_wrong_evidence_is_noticed_by_the_plain_formulas():
    plain = plain_evidence("label-bet", 0, "bold")
    assert plain | {"harm": plain["harm"] + 1e-8} != pytest.approx(plain, abs=1e-9, rel=0)


def test_the_command_finds_what_differs_and_shows_what_it_rewrites(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(evidence, "FOLDER", shutil.copytree(evidence.FOLDER, tmp_path / "methods"))
    file = tmp_path / "methods" / "sprt" / "expected.json"
    file.write_text(file.read_text().replace('"verdict": "stop_futility"', '"verdict": "continue"'))
    assert main() == 1
    assert capsys.readouterr().out == "sprt/verdict: expected continue, found stop_futility\n"
    monkeypatch.setenv("UPDATE", "1")
    assert main() == 0
    assert '+ "verdict": "stop_futility",' in capsys.readouterr().out.splitlines()
    assert differences(expected("sprt"), judged("sprt")) == []
