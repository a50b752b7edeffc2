"""Evidence of decisions that a replay can't make: silence, and early readings that fired before they could act."""

import json

import pytest

from streams.audit.chain import Record
from streams.audit.evidence import flaws
from streams.audit.moments import crossings
from streams.core.evaluation import begin, consider
from streams.core.look import Recency
from tests.core.samples import BOUGHT, DAY, HOUR, START, experiment, look, schedule, totals

LEFT = {
    "id": "left",
    "role": "guardrail",
    "type": "binary",
    "event": "left",
    "direction": "decrease",
    "window": {"length": "1h"},
    "mde": {"relative": 0.9},
    "action": "warn",
}


def guarded(early_action):
    runbook = {"metadata": {"id": "demo", "owner": {"name": "Ada"}, "runbook": "https://example.org/rb"}}
    return experiment(BOUGHT, LEFT | {"early_action": early_action}, **schedule(min_units=600), **runbook)


def cells(x, units, left):
    """So many of each arm entered and left; nobody has matured."""
    found = totals(x, (units, units), bought=(0, 0), left=left)
    for block in x.layout.metrics:
        for variant in (0, 1):
            for name in ("matured", "matured_converted", "expired"):
                found[block.at(0, variant) + block.fields.index(name)] = 0
    return found


def decided(x, *looks):
    """Each decision with the cells it speaks of."""
    state, found = begin(x), []
    for one in looks:
        state, records = consider(x, state, [one])
        found += [(Record("here", record, json.loads(record)), one.cells) for record in records]
    return found


def verdicts(records):
    return [record.said["verdict"] for record, _ in records]


def checked(x, records):
    """What is found of each decision, given the one before."""
    before = [None, *(record for record, _ in records)]
    return [flaws(x, record, past, counted) for (record, counted), past in zip(records, before, strict=False)]


def test_silence_is_taken_from_the_record():
    x = experiment(BOUGHT, **schedule(min_units=100))
    counted = totals(x, (200, 201))
    records = decided(x, look(counted, START + HOUR), look(counted, START + 3 * HOUR, 2))
    assert verdicts(records) == ["continue", "no_data"]
    assert checked(x, records) == [[], []]


def test_what_was_too_old_is_taken_from_the_record():
    x, recency = experiment(BOUGHT), Recency(START + 2 * HOUR, START + 2 * HOUR)
    won = totals(x, (1_000, 1_001), bought=(100, 210))
    records = decided(x, look(won, START + HOUR, recency=recency), look(won, START + 2 * HOUR, 2))
    assert verdicts(records) == ["held", "stop_success"]
    assert checked(x, records) == [[], []]
    records[0][0].said["reasons"][0] = "because"
    assert checked(x, records)[0][0].startswith("data/reasons/0: recorded 'because', derived 'no stop on old counts")


@pytest.mark.parametrize(("action", "verdict"), [("pause", "paused"), ("rollback", "stop_harm")])
def test_an_early_reading_that_fired_while_it_could_not_act_is_followed(action, verdict):
    x = guarded(action)
    fired, fallen = cells(x, 200, (0, 60)), cells(x, 400, (200, 200))
    records = decided(x, look(fired, START + HOUR), look(fallen, START + DAY, 2))
    assert verdicts(records) == ["warming_up", verdict]
    assert checked(x, records) == [[], []]


def test_an_early_reading_that_fires_now_must_be_among_the_reasons():
    x = guarded("pause")
    (cold, warm) = decided(x, look(cells(x, 200, (0, 0)), START + HOUR), look(cells(x, 400, (0, 60)), START + DAY, 2))
    assert verdicts([cold, warm]) == ["warming_up", "paused"]
    assert checked(x, [cold, warm]) == [[], []]
    warm[0].said["reasons"] = ["primary bought: nothing"]
    assert checked(x, [cold, warm])[1] != []


def test_an_early_reading_that_fires_now_must_not_be_passed_over():
    x = guarded("pause")
    (cold, warm) = decided(x, look(cells(x, 200, (0, 0)), START + HOUR), look(cells(x, 400, (0, 60)), START + DAY, 2))
    waiting = ["bought: the evidence does not decide in any direction yet"]
    warm[0].said.update(verdict="continue", action="none", variant=None, reasons=waiting)
    assert checked(x, [cold, warm])[1][0] == "data/verdict: recorded 'continue', derived 'paused'"


def test_a_crossing_below_its_threshold_is_found():
    x = experiment(BOUGHT, **schedule(min_units=100))
    low, high = totals(x, (200, 201), bought=(20, 30)), totals(x, (1_000, 1_001), bought=(100, 210))
    records = decided(x, look(low, START + HOUR), look(high, START + DAY, 2))
    assert (verdicts(records), checked(x, records)) == (["continue", "stop_success"], [[], []])
    first, told = (record.said["evidence"]["metrics"][0]["tests"][0] for record, _ in records)
    told["crossing"] |= {"cells": low, "log_e": first["best_log_e"]}
    assert (
        f"bought bold superiority, crossing: recorded log_e {first['best_log_e']}, derived {first['best_log_e']}, "
        in ("".join(checked(x, records)[1]))
    )


def test_cells_that_no_units_can_have_are_found():
    x = experiment(BOUGHT, **schedule(min_units=100))
    ((record, counted),) = decided(x, look(totals(x, (200, 201)), START + HOUR))
    block = x.layout.metrics[0]
    counted = counted.copy()
    counted[block.at(0, 0) + block.fields.index("matured_converted")] = 10_000
    assert flaws(x, record, None, counted)[0].startswith("cells are impossible: ")


def broken():
    """A split that is broken at the first look and less so at the second, and what was decided at both."""
    x = experiment(BOUGHT, **schedule(max_runtime="1d"))
    looks = look(totals(x, (1_000, 700)), START + HOUR), look(totals(x, (1_200, 1_200)), START + 2 * HOUR, 2)
    return x, decided(x, *looks)


def test_the_crossing_of_a_broken_split_is_recounted():
    x, ((record, counted),) = broken()
    assert (verdicts([(record, counted)]), checked(x, [(record, counted)])) == (["invalid_srm"], [[]])
    assert dict(crossings(record))["crossing of srm"]["cells"] == counted


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (lambda srm: srm["crossing"].update(log_e=1.0), "srm, crossing: recorded log_e 1.0, derived "),
        (lambda srm: srm["crossing"].update(log_e=99.0), "srm, crossing: recorded log_e 99.0, derived "),
        (lambda srm: srm["crossing"].update(cells=[0] * 99), "data/evidence/srm/fired_at_units: recorded 1700, der"),
        (lambda srm: srm.update(crossing=None), "data/verdict: recorded 'invalid_srm', derived "),
        (lambda srm: srm.update(fired_at_units=5), "data/evidence/srm/fired_at_units: recorded 5, derived 1700"),
    ],
)
def test_a_forged_crossing_of_the_split_is_found(change, finding):
    x, ((record, counted),) = broken()
    change(record.said["evidence"]["srm"])
    assert [one for one in checked(x, [(record, counted)])[0] if one.startswith(finding)] != []


def test_a_crossing_of_the_split_that_moved_is_found():
    x, ((record, counted),) = broken()
    moved = json.loads(record.value)
    moved["data"]["evidence"]["srm"]["crossing"]["offsets"]["0"] = [7, 7]
    later = Record("there", record.value, moved)
    found = flaws(x, later, record, counted)
    assert "srm: the first crossing is not the one of seq 1" in found


def test_a_forged_crossing_of_the_early_reading_is_found():
    x = guarded("pause")
    (cold, warm) = decided(x, look(cells(x, 200, (0, 0)), START + HOUR), look(cells(x, 400, (0, 60)), START + DAY, 2))
    (test,) = [one for one in warm[0].said["evidence"]["metrics"][1]["tests"] if one["kind"] == "early_worse"]
    assert test["crossing"]["cells"] == warm[1]
    test["crossing"]["log_e"] += 0.5
    assert [one for one in checked(x, [cold, warm])[1] if one.startswith("left bold early_worse, crossing: ")] != []
