"""From statuses and gates to a verdict: the rules, their order, and what stands."""

import pytest

from streams.core.gates import Gates
from streams.core.policy import judge
from streams.core.state import Judgement
from tests.core.samples import BOUGHT, HARMED, experiment, reached, variants

OPEN = Gates(warm=True, ran=True, ended=False, crossed=False, silent=False)
COLD = OPEN._replace(warm=False)
RUNBOOK = {"metadata": {"id": "demo", "owner": {"name": "Ada"}, "runbook": "https://example.org/rb"}}
SOLD = BOUGHT | {"id": "sold"}
ARMS = {"assignment": {"variants": variants(0.4, 0.3, 0.3)}}


def verdict(x, *fired, gates=OPEN, before=None):
    said = judge(x, reached(x, *fired), gates, before or Judgement())
    return said.verdict, said.action, said.variant


def guarded(**changes):
    return experiment(BOUGHT, HARMED | changes, **ARMS, **RUNBOOK)


BEHIND = OPEN._replace(behind=True, recent=False)
HELD = Judgement("held")
ONE, TWO = experiment(BOUGHT, HARMED), experiment(BOUGHT, SOLD, HARMED, **ARMS)


@pytest.mark.parametrize(
    ("fired", "expected"),
    [
        ([], ("continue", "none", None)),
        (["bought.bold.better"], ("stop_success", "ship", "bold")),
        (["bought.bold.harm"], ("stop_harm", "rollback", "bold")),
        (["bought.bold.futility"], ("stop_futility", "review", "bold")),
        (["left.bold.harm"], ("stop_harm", "rollback", "bold")),
        (["left.bold.non_inferiority"], ("continue", "none", None)),
        (["left.bold.early_worse"], ("continue", "none", None)),
        (["bought.bold.early_better"], ("continue", "none", None)),
        (["bought.bold.better", "left.bold.harm"], ("stop_harm", "rollback", "bold")),
        (["bought.bold.better", "left.bold.early_worse"], ("stop_success", "ship", "bold")),
        (["bought.bold.better", "bought.bold.harm"], ("stop_harm", "rollback", "bold")),
        (["srm"], ("invalid_srm", "review", None)),
        (["srm", "left.bold.harm"], ("invalid_srm", "review", None)),
    ],
)
def test_the_default_rules_with_one_variant(fired, expected):
    assert verdict(ONE, *fired) == expected


@pytest.mark.parametrize(
    ("fired", "expected"),
    [
        (["bought.bold.better", "sold.wide.better"], ("continue", "none", None)),
        (["bought.wide.better", "sold.wide.better"], ("stop_success", "ship", "wide")),
        (["bought.wide.better", "sold.wide.better", "bought.bold.harm"], ("stop_success", "ship", "wide")),
        (["bought.wide.better", "sold.wide.better", "left.bold.harm"], ("stop_harm", "rollback", "bold")),
        (["sold.wide.harm"], ("stop_harm", "rollback", "wide")),
        (["bought.bold.futility", "sold.bold.futility"], ("continue", "none", None)),
        (["bought.bold.futility", "bought.wide.futility"], ("continue", "none", None)),
        ([f"{m}.{v}.futility" for m in ("bought", "sold") for v in ("bold", "wide")],
         ("stop_futility", "review", None)),
        (["left.bold.harm", "left.wide.harm"], ("stop_harm", "rollback", "bold")),
    ],
)  # fmt: skip
def test_the_default_rules_with_two_primaries_and_two_variants(fired, expected):
    assert verdict(TWO, *fired) == expected


@pytest.mark.parametrize(
    ("gates", "fired", "expected"),
    [
        (COLD, [], "warming_up"),
        (COLD, ["bought.bold.better"], "warming_up"),
        (COLD, ["left.bold.harm"], "warming_up"),
        (COLD, ["srm"], "invalid_srm"),
        (COLD._replace(crossed=True, ended=True, silent=True), [], "warming_up"),
        (OPEN._replace(ran=False), ["bought.bold.better"], "continue"),
        (OPEN._replace(ran=False), ["bought.bold.futility"], "continue"),
        (OPEN._replace(ran=False), ["bought.bold.harm"], "stop_harm"),
        (OPEN._replace(ran=False), ["left.bold.harm"], "stop_harm"),
        (OPEN._replace(ended=True), [], "stop_max_runtime"),
        (OPEN._replace(ended=True), ["bought.bold.better"], "stop_success"),
        (OPEN._replace(ended=True, silent=True), [], "stop_max_runtime"),
        (OPEN._replace(silent=True), [], "no_data"),
        (OPEN._replace(silent=True), ["bought.bold.harm"], "stop_harm"),
        (OPEN._replace(crossed=True), [], "invalid_multi_exposure"),
        (OPEN._replace(crossed=True), ["bought.bold.better"], "invalid_multi_exposure"),
        (OPEN._replace(crossed=True), ["srm"], "invalid_srm"),
    ],
)
def test_a_gate_holds_back_what_may_not_be_said_yet(gates, fired, expected):
    assert verdict(ONE, *fired, gates=gates)[0] == expected


@pytest.mark.parametrize("default", ["review", "rollback"])
def test_the_end_of_the_runtime_has_a_declared_default(default):
    x = experiment(decision={"default_at_max_runtime": default})
    assert verdict(x, gates=OPEN._replace(ended=True)) == ("stop_max_runtime", default, None)


STOPPED = Judgement("stop_success", "ship", "bold")


@pytest.mark.parametrize("fired", [[], ["bought.bold.harm"], ["left.bold.harm"]])
@pytest.mark.parametrize("gates", [OPEN, COLD, OPEN._replace(ended=True), OPEN._replace(silent=True)])
def test_a_stop_stands(fired, gates):
    assert judge(ONE, reached(ONE, *fired), gates, STOPPED) is STOPPED


def test_only_what_is_invalid_takes_a_stop_back():
    assert verdict(ONE, "srm", before=STOPPED) == ("invalid_srm", "review", None)
    crossed = OPEN._replace(crossed=True)
    assert verdict(ONE, before=STOPPED, gates=crossed) == ("invalid_multi_exposure", "review", None)


def test_what_is_invalid_stands_before_everything():
    for verdict_ in ("invalid_srm", "invalid_multi_exposure"):
        before = Judgement(verdict_, "review")
        crossed = OPEN._replace(crossed=True)
        assert judge(ONE, reached(ONE, "srm", "bought.bold.better"), crossed, before) is before


@pytest.mark.parametrize("passing", ["warming_up", "continue", "no_data", "paused", "held"])
def test_what_is_temporary_passes(passing):
    assert verdict(ONE, before=Judgement(passing))[0] == "continue"


@pytest.mark.parametrize(
    ("changes", "fired", "expected"),
    [
        ({"action": "warn"}, ["left.wide.harm"], ("continue", "none", None)),
        ({"action": "warn"}, ["bought.wide.better", "left.wide.harm"], ("continue", "none", None)),
        ({"action": "pause"}, ["left.wide.harm"], ("paused", "pause", "wide")),
        ({"action": "rollback"}, ["left.wide.harm"], ("stop_harm", "rollback", "wide")),
        ({}, ["left.wide.harm"], ("stop_harm", "rollback", "wide")),
        ({"early_action": "pause"}, ["left.wide.early_worse"], ("paused", "pause", "wide")),
        ({"early_action": "rollback"}, ["left.wide.early_worse"], ("stop_harm", "rollback", "wide")),
        ({"early_action": "pause"}, ["left.wide.early_better"], ("continue", "none", None)),
        ({"early_action": "pause"}, ["left.wide.early_worse", "bought.bold.better"], ("stop_success", "ship", "bold")),
        ({"early_action": "pause"}, ["left.wide.early_worse", "left.bold.harm"], ("stop_harm", "rollback", "bold")),
    ],
)
def test_a_guardrail_does_what_it_is_declared_to_do(changes, fired, expected):
    assert verdict(guarded(**changes), *fired) == expected


def test_a_proxy_alone_never_ships():
    proxy = BOUGHT | {"proxy": True}
    assert verdict(experiment(proxy), "bought.bold.better")[0] == "continue"
    beside = experiment(proxy, SOLD)
    assert verdict(beside, "bought.bold.better", "sold.bold.better")[0] == "stop_success"


def test_a_proxy_does_not_ship_beside_a_metric_that_says_nothing():
    any_winner = {"rules": [{"if": {"any": "primary", "is": "winner"}, "then": "ship"}]}
    x = experiment(BOUGHT | {"proxy": True}, SOLD, decision=any_winner)
    assert verdict(x, "bought.bold.better")[0] == "continue"
    assert verdict(x, "sold.bold.better") == ("stop_success", "ship", "bold")


def rules(*several):
    return experiment(BOUGHT, SOLD, HARMED | {"role": "secondary"}, decision={"rules": list(several)}, **ARMS)


def test_the_first_rule_that_matches_decides():
    futile, better = {"any": "primary", "is": "futile"}, {"any": "primary", "is": "winner"}
    fired = ("bought.bold.better", "sold.wide.futility")
    assert verdict(rules({"if": futile, "then": "stop_futility"}, {"if": better, "then": "ship"}), *fired) == (
        "stop_futility", "review", "wide"
    )  # fmt: skip
    assert verdict(rules({"if": better, "then": "ship"}, {"if": futile, "then": "stop_futility"}), *fired) == (
        "stop_success", "ship", "bold"
    )  # fmt: skip


def test_a_rule_may_ask_further():
    further = {"any": "secondary", "is": "non_inferior"}
    x = rules({"if": {"any": "primary", "is": "winner", "and": further}, "then": "ship"})
    assert verdict(x, "bought.bold.better")[0] == "continue"
    assert verdict(x, "bought.bold.better", "left.wide.non_inferiority") == ("stop_success", "ship", "bold")
    turned = rules({"if": {"none": "primary", "is": "harmful", "and": further}, "then": "ship"})
    assert verdict(turned, "left.wide.non_inferiority") == ("stop_success", "ship", "wide")


def test_without_rules_only_the_gates_speak():
    assert verdict(rules(), "bought.bold.better", "bought.wide.harm")[0] == "continue"


def test_all_of_nothing_does_not_hold():
    x = experiment(BOUGHT, decision={"rules": [{"if": {"all": "guardrails", "is": "non_inferior"}, "then": "ship"}]})
    assert verdict(x)[0] == "continue"


@pytest.mark.parametrize(
    "fired", [[], ["bought.bold.better"], ["bought.bold.harm"], ["bought.bold.futility"], ["left.bold.harm"]]
)
def test_old_counts_hold_whatever_the_evidence(fired):
    assert verdict(ONE, *fired, gates=BEHIND) == ("held", "none", None)
    assert verdict(ONE, *fired, gates=BEHIND._replace(ended=True)) == ("held", "none", None)


def test_what_was_held_goes_on_when_counts_are_recent_again_and_no_sooner():
    between = OPEN._replace(recent=False)
    assert verdict(ONE, "bought.bold.better", gates=between, before=HELD)[0] == "held"
    assert verdict(ONE, "bought.bold.better", gates=OPEN, before=HELD)[0] == "stop_success"
    assert verdict(ONE, "bought.bold.better", gates=between)[0] == "stop_success"


def test_old_counts_neither_undo_a_stop_nor_hide_what_is_invalid():
    stopped = Judgement("stop_success", "ship", "bold")
    assert verdict(ONE, gates=BEHIND, before=stopped)[0] == "stop_success"
    assert verdict(ONE, "srm", gates=BEHIND, before=HELD)[0] == "invalid_srm"
    assert verdict(ONE, gates=BEHIND._replace(crossed=True))[0] == "invalid_multi_exposure"


def test_old_counts_do_not_lift_a_pause():
    x = guarded(early_action="pause")
    paused = Judgement("paused", "pause", "bold", ("why",))
    assert judge(x, reached(x), BEHIND, paused) == paused


def test_there_is_nothing_to_hold_before_an_experiment_is_warm():
    assert verdict(ONE, gates=BEHIND._replace(warm=False))[0] == "warming_up"
