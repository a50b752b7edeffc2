"""Every check of a definition: one change to a valid one, the place it is found at, and words of the fix."""

import json
from functools import reduce

import pytest

from streams.codecs.definitions import parse
from streams.core.validation import DefinitionError, Problem
from tests.core.samples import BOUGHT, HARMED, SPENT, definition, variants

ABSENT = object()
METRICS = [BOUGHT, HARMED | {"role": "guardrail"}, SPENT | {"role": "secondary"}]


def changed(changes):
    whole = json.loads(json.dumps(definition(*METRICS)))
    for pointer, value in changes.items():
        *path, last = pointer.strip("/").split("/")
        part = reduce(lambda at, key: at[int(key)] if isinstance(at, list) else at.setdefault(key, {}), path, whole)
        if value is ABSENT:
            del part[last]
        else:
            part[int(last) if isinstance(part, list) else last] = value
    return whole


def problems(whole):
    with pytest.raises(DefinitionError) as caught:
        parse(json.dumps(whole).encode())
    return caught.value.problems


def ratio(**denominator):
    return {"/metrics/0/type": "ratio", "/metrics/0/denominator": denominator}


def quantile():
    return {"/metrics/0/type": "quantile", "/metrics/0/threshold": 3}


def planned(**horizon):
    settings = {"method": {"bought": "group_sequential"}, "horizon": {"bought": {"conversions": 400} | horizon}}
    return {"/statistics": settings}


def test_the_definition_before_the_changes_is_valid():
    assert parse(json.dumps(changed({})).encode()).id == "demo"


@pytest.mark.parametrize(
    ("changes", "pointer", "fix"),
    [
        ({"/assignment/variants": [*variants(0.5, 0.3)]}, "/assignment/variants", "sum to 1"),
        ({"/assignment/variants/1/weight": 0.5 + 3e-9}, "/assignment/variants", "sum to 1"),
        ({"/assignment/variants/1/key": "control"}, "/assignment/variants", "its own"),
        ({"/assignment/variants/0/role": "treatment"}, "/assignment/variants", "give one variant role: control"),
        ({"/assignment/variants/1/role": "control"}, "/assignment/variants", "give one variant role: control"),
        ({"/assignment/phases": [{"from": "2025-03-11T00:00:00Z", "weights": {"control": 1}}]},
         "/assignment/phases/0/weights", "name exactly bold, control"),
        ({"/assignment/phases": [{"from": "2025-03-11T00:00:00Z", "weights": {"control": 0.5, "bold": 0.4}}]},
         "/assignment/phases/0/weights", "sum to 1"),
        ({"/assignment/phases": [{"from": "2025-03-11T00:00:00Z"}, {"from": "2025-03-11T00:00:00Z"}]},
         "/assignment/phases/1/from", "order them by time"),
        ({"/metrics/1/id": "bought"}, "/metrics", "its own"),
        ({"/metrics/0/role": "secondary"}, "/metrics", "role: primary"),
        ({"/metrics": [BOUGHT | {"id": f"m{i}"} for i in range(4)]}, "/metrics", "role: primary"),
        ({"/metrics/0/window/length": "0s"}, "/metrics/0/window/length", "24h"),
        ({"/metrics/2/cap": ABSENT}, "/metrics/2/cap", "add cap"),
        ({"/metrics/2/type": "count", "/metrics/2/cap": ABSENT}, "/metrics/2/cap", "add cap"),
        ({"/metrics/0/mde": {}}, "/metrics/0/mde", "exactly one"),
        ({"/metrics/0/mde": {"absolute": 0.1, "relative": 0.1}}, "/metrics/0/mde", "exactly one"),
        ({"/metrics/0/target": {}}, "/metrics/0/target", "exactly one"),
        ({"/metrics/1/margin": {"absolute": 0.1, "relative": 0.1}}, "/metrics/1/margin", "exactly one"),
        ({"/metrics/1/margin": ABSENT}, "/metrics/1/margin", "add margin"),
        ({"/metrics/1/margin": ABSENT, "/metrics/1/test": "equivalence"}, "/metrics/1/margin", "add margin"),
        ({"/metrics/0/margin": {"absolute": 0.1}}, "/metrics/0/margin", "test: non_inferiority"),
        ({"/statistics/method": {"bought": "sprt"}}, "/metrics/0/baseline", "add baseline"),
        ({"/metrics/0/mde": {"absolute": 0.01}}, "/metrics/0/baseline", "add baseline"),
        ({"/statistics/method": {"left": "sprt"}}, "/statistics/method/left", "use label_bet"),
        ({"/statistics/method": {"left": "sprt_early"}}, "/statistics/method/left", "use label_bet"),
        ({"/statistics/method": {"left": "group_sequential"}}, "/statistics/method/left", "use label_bet"),
        ({"/statistics/method": {"left": "multinomial"}}, "/metrics/1/margin/absolute", "use label_bet"),
        ({"/statistics/method": {"bought": "sprt_early"}}, "/metrics/0/baseline", "add baseline"),
        ({"/exposure/accept": ["evaluation"]}, "/exposure/accept", "[exposure, evaluation]"),
        ({"/metrics/0/baseline": {"mean": 0}}, "/metrics/0/baseline/mean", "between 0 and 1"),
        ({"/metrics/0/baseline": {"mean": 1}}, "/metrics/0/baseline/mean", "between 0 and 1"),
        ({"/metrics/2/baseline": {"mean": 0}}, "/metrics/2/baseline/mean", "above 0"),
        ({"/metrics/0/action": "warn"}, "/metrics/0/action", "role: guardrail"),
        ({"/metrics/0/early_action": "pause"}, "/metrics/0/early_action", "remove it"),
        ({"/metrics/2/role": "guardrail", "/metrics/2/early_action": "pause"}, "/metrics/2/early_action", "remove it"),
        ({"/assignment/eligibility": {"all": [{"attr": "a"}]}}, "/assignment/eligibility/all/0", "one of eq, ne, in"),
        ({"/metrics/0/filter": {"all": [{"attr": "a", "eq": 1}, {"attr": "a", "gt": 1, "lt": 2}]}},
         "/metrics/0/filter/all/1", "use one of"),
        ({"/statistics/alpha": 0}, "/statistics/alpha", "at most 0.2"),
        ({"/statistics/alpha": 0.21}, "/statistics/alpha", "at most 0.2"),
        ({"/statistics/guardrail_alpha": -1}, "/statistics/guardrail_alpha", "at most 0.2"),
        ({"/statistics/srm": {"alpha": 1}}, "/statistics/srm/alpha", "at most 0.2"),
        ({"/statistics/beta": 0}, "/statistics/beta", "between 0 and 1"),
        ({"/statistics/beta": 1}, "/statistics/beta", "between 0 and 1"),
        ({"/statistics/method": {"nobody": "sprt"}}, "/statistics/method/nobody", "use bought or left or spent"),
        ({"/statistics/method": {"bougth": "sprt"}}, "/statistics/method/bougth", "did you mean bought?"),
        ({"/statistics/method": {"bought": "lable_bet"}}, "/statistics/method/bought", "did you mean label_bet?"),
        ({"/statistics/method": {"bought": "bounded_bet"}}, "/statistics/method/bought", "label_bet"),
        ({"/statistics/method": {"spent": "label_bet"}}, "/statistics/method/spent", "asymptotic_cs or bounded_bet"),
        ({"/statistics/method": {"spent": "cuped"}}, "/statistics/method/spent", "use asymptotic_cs or bounded_bet"),
        ({"/statistics/method": {"bought": "asymptotic_cs"}}, "/metrics/0", "choose another method"),
        ({"/metrics/2/covariate": {"attr": "a"}, "/statistics/method": {"spent": "cuped"}},
         "/metrics/2/covariate/theta", "add theta"),
        ({"/metrics/2/covariate": {"attr": "a"}, "/statistics/method": {"spent": "asymptotic_cs"}},
         "/statistics/method/spent", "use anytime_regression or cuped"),
        (quantile() | {"/statistics/method": {"bought": "sprt_early"}}, "/statistics/method/bought", "or sprt"),
        ({"/statistics/method": {"bought": "group_sequential"}}, "/statistics/horizon/bought", "add horizon"),
        ({"/statistics/horizon": {"bought": {"conversions": 400}}}, "/statistics/horizon/bought", "remove it"),
        ({"/statistics/horizon": {"sold": {"conversions": 400}}}, "/statistics/horizon/sold", "use bought or left"),
        (planned(parameter=2), "/statistics/horizon/bought/parameter", "remove it"),
        (planned(spending="power"), "/statistics/horizon/bought/parameter", "a number above 0"),
        (planned(spending="power", parameter=0), "/statistics/horizon/bought/parameter", "a number above 0"),
        (planned(spending="hwang_shih_decani"), "/statistics/horizon/bought/parameter", "give a number"),
        (planned() | {"/assignment/variants": variants(0.4, 0.3, 0.3)},
         "/statistics/multiplicity", "set multiplicity: none"),
        ({"/statistics/method": {"spent": "bounded_bet"}, "/metrics/2/baseline": {"mean": 100}},
         "/metrics/2/baseline/mean", "above every usual amount"),
        ({"/statistics/method": {"spent": "bounded_bet"}, "/metrics/2/mde": {"absolute": 101}},
         "/metrics/2/mde", "below the cap"),
        ({"/decision/rules": [{"if": {"is": "winner"}, "then": "ship"}]}, "/decision/rules/0/if", "exactly one of any"),
        ({"/decision/rules": [{"if": {"any": "primary", "all": "primary", "is": "winner"}, "then": "ship"}]},
         "/decision/rules/0/if", "exactly one of any"),
        ({"/decision/rules": [
            {"if": {"any": "primary", "is": "winner", "and": {"is": "harmful"}}, "then": "ship"}]},
         "/decision/rules/0/if/and", "exactly one of any"),
        ({"/schedule/max_runtime": "1d", "/schedule/min_runtime": "1d"}, "/schedule/max_runtime", "make it longer"),
        ({"/metrics/0/window": {"length": "30d"}}, "/schedule/max_runtime", "make it longer"),
        ({"/metrics/0/window": {"length": "1d", "delay": "28d"}}, "/schedule/max_runtime", "make it longer"),
        ({"/schedule/stop_at": "2025-03-10T00:00:00Z"}, "/schedule/stop_at", "stop later"),
        ({"/schedule/stop_at": "2025-03-13T00:00:00Z", "/schedule/min_runtime": "3d"},
         "/schedule/stop_at", "stop later"),
        ({"/metrics/1/action": "rollback"}, "/metadata/runbook", "add its address"),
        ({"/metrics/1/action": "pause"}, "/metadata/runbook", "add its address"),
        ({"/metrics/1/early_action": "rollback"}, "/metadata/runbook", "add its address"),
        ({"/kind": "Rollout"}, "/kind", "use Experiment or AATest"),
        ({"/kind": "Holdout"}, "/kind", "use Experiment or AATest"),
        ({"/metrics/0/type": "ratio"}, "/metrics/0/denominator", "add denominator: {event"),
        (ratio(event="visit"), "/metrics/0/denominator", "give either value or count"),
        (ratio(event="visit", value=True, count=True), "/metrics/0/denominator", "give either value or count"),
        (ratio(event="visit", count=True, filter={"all": [{"attr": "a"}]}),
         "/metrics/0/denominator/filter/all/0", "one of eq, ne, in"),
        ({"/metrics/0/denominator": {"event": "visit", "count": True}}, "/metrics/0/denominator", "remove it"),
        ({"/metrics/0/numerator": "count"}, "/metrics/0/numerator", "remove it"),
        ({"/metrics/0/type": "quantile"}, "/metrics/0/threshold", "add threshold"),
        ({"/metrics/0/threshold": 3}, "/metrics/0/threshold", "remove it"),
        (quantile() | {"/metrics/0/threshold": 0}, "/metrics/0/threshold", "see docs"),
        (quantile() | {"/metrics/0/cap": {"value": 3}}, "/metrics/0/cap", "remove it"),
        (quantile() | {"/metrics/0/baseline": {"mean": 1}}, "/metrics/0/baseline/mean", "between 0 and 1"),
        (quantile() | {"/metrics/0/mde": {"absolute": 0.01}}, "/metrics/0/baseline", "add baseline"),
        (quantile() | {"/metrics/0/role": "guardrail", "/metrics/0/early_action": "pause"},
         "/metrics/0/early_action", "remove it"),
        ({"/metrics/0/covariate": {"attr": "a"}}, "/metrics/0/covariate", "remove it"),
        (ratio(event="visit", count=True) | {"/metrics/0/covariate": {"attr": "a"}},
         "/metrics/0/covariate", "remove it"),
        ({"/segments": [{"attr": "device", "levels": ["mobile"]}]}, "/segments", "remove segments"),
        ({"/decision/require_net_value": True}, "/decision/require_net_value", "set it to false"),
        ({"/governance/automation": "full"}, "/governance/automation", "observe or recommend"),
        ({"/governance/automation": "rollback_only"}, "/governance/automation", "observe or recommend"),
        ({"/governance/change_budget": {"max_applied": 1}}, "/governance/change_budget", "remove it"),
        ({"/governance/cool_down": "1h"}, "/governance/cool_down", "remove it"),
        ({"/governance/freeze": [{"from": "2025-03-11T00:00:00Z", "to": "2025-03-12T00:00:00Z", "reason": "sale"}]},
         "/governance/freeze", "remove it"),
        ({"/governance/approvals": {"ship": ["product"]}}, "/governance/approvals", "remove it"),
        ({"/notify/channels": ["pager"]}, "/notify", "remove notify"),
        ({"/notify/on": ["harm"]}, "/notify", "remove notify"),
        ({"/privacy/retention": "30d"}, "/privacy/retention", "remove it"),
    ],
)  # fmt: skip
def test_each_check_names_the_place_and_the_fix(changes, pointer, fix):
    found = [problem for problem in problems(changed(changes)) if problem.pointer == pointer]
    assert found
    assert fix in found[0].fix


@pytest.mark.parametrize(
    "changes",
    [
        {"/assignment/variants": variants(0.3333333333, 0.3333333333, 0.3333333334)},
        {"/metrics": [BOUGHT | {"id": f"m{i}"} for i in range(3)]},
        {"/metrics/0/mde": {"absolute": 0.01}, "/metrics/0/baseline": {"mean": 0.1}},
        {"/metrics/2/mde": {"relative": 0.1}, "/metrics/2/baseline": {"mean": 5}},
        {"/statistics/method": {"spent": "bounded_bet"}, "/metrics/2/baseline": {"mean": 5}},
        {"/statistics/alpha": 0.2, "/statistics/beta": 0.9},
        {"/statistics/method": {"bought": "sprt"}, "/metrics/0/baseline": {"mean": 0.1}},
        {"/statistics/method": {"bought": "label_bet", "spent": "asymptotic_cs"}},
        {"/schedule/stop_at": "2025-03-10T00:00:00.001Z"},
        {"/metrics/1/action": "warn"},
        {"/metrics/1/action": "rollback", "/metadata/runbook": "https://example.org/rb"},
        {"/kind": "AATest"},
        {"/governance/automation": "observe"},
        {"/privacy/retention": "90d", "/privacy/require_consent": "analytics"},
        {"/segments": []},
        ratio(event="visit", count=True),
        ratio(event="order", value=True) | {"/metrics/0/numerator": "count", "/metrics/0/baseline": {"mean": 5}},
        ratio(event="visit", count=True) | {"/statistics/method": {"bought": "msprt"}},
        ratio(event="visit", count=True)
        | {
            "/metrics/0/test": "non_inferiority",
            "/metrics/0/margin": {"relative": 0.1},
            "/metrics/0/cap": {"value": 9},
        },
        quantile(),
        quantile() | {"/metrics/0/baseline": {"mean": 0.3}, "/statistics/method": {"bought": "sprt"}},
        {"/metrics/2/covariate": {"attr": "past_spend"}},
        {"/metrics/2/covariate": {"attr": "past_spend", "theta": -0.3}, "/metrics/2/type": "count"},
        {"/metrics/0/baseline": {"mean": 0.1}, "/statistics/method": {"bought": "asymptotic_cs"}},
        {"/metrics/1/margin": {"relative": 0.1}, "/statistics/method": {"left": "multinomial"}},
        {"/metrics/0/baseline": {"mean": 0.1}, "/statistics/method": {"bought": "sprt_early"}},
        planned(),
        planned(spending="power", parameter=2),
        planned(spending="hwang_shih_decani", parameter=-4),
        planned() | {"/assignment/variants": variants(0.4, 0.3, 0.3), "/statistics/multiplicity": "none"},
        {"/assignment/phases": [{"from": "2025-03-11T00:00:00Z", "coverage": 0.5}]},
    ],
)
def test_what_lies_just_inside_is_accepted(changes):
    assert parse(json.dumps(changed(changes)).encode()).id == "demo"


def test_every_problem_is_told_at_once():
    several = {"/assignment/variants/1/weight": 0.4, "/statistics/alpha": 0, "/kind": "Rollout"}
    assert {p.pointer for p in problems(changed(several))} == {"/assignment/variants", "/statistics/alpha", "/kind"}


def test_a_refusal_names_what_is_not_supported_yet():
    assert problems(changed({"/kind": "Rollout"})) == [
        Problem("/kind", "kind Rollout is not supported yet", "use Experiment or AATest")
    ]


def test_a_problem_is_one_line():
    assert str(Problem("/a", "it is wrong", "mend it")) == "/a: it is wrong; mend it"
    assert str(DefinitionError([Problem("/a", "b", "c"), Problem("/d", "e", "f")])) == "/a: b; c\n/d: e; f"
