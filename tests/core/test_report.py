"""The experiment object: every field of the contracts, also when there is nothing to tell."""

import json

import numpy as np
import pytest

from stats.fixed_sample import two_proportion_z, welch_z
from streams.core.evaluation import begin
from streams.core.report import experiment_object, point
from tests.core import samples
from tests.core.samples import BOUGHT, DAY, HARMED, HOUR, SPENT, START, experiment, judged, totals

X = experiment(BOUGHT, HARMED, SPENT | {"role": "secondary"})
CELLS = totals(
    X, (1_000, 1_010), {"late": 4, "repeat_exposure": 6}, bought=(100, 210), left=(40, 41), spent=((100, 2), (210, 5))
)
EVIDENCE = {"log_e", "max_log_e", "p_always_valid"}
FIRED = {"fired_at_units", "fired_at"}
SHOWN = {"method", "estimate", "lower", "upper", "relative", "relative_lower", "relative_upper", "status", "tests"}


def told(x, *looks, clock=START + HOUR):
    state, _ = judged(x, *looks)
    last = looks[-1].cells if isinstance(looks[-1], samples.Look) else looks[-1]
    return json.loads(json.dumps(experiment_object(x, state, last, clock), allow_nan=False))


REPORT = told(X, CELLS)


def test_the_experiment_object_has_the_fields_of_the_contracts():
    assert list(REPORT) == [
        "verdict",
        "action",
        "variant",
        "clock",
        "stopped_at",
        "excluded",
        "duplicate",
        "repeat_exposure",
        "srm",
        "metrics",
    ]
    assert (REPORT["verdict"], REPORT["action"], REPORT["variant"]) == ("stop_success", "ship", "bold")
    assert REPORT["clock"] == REPORT["stopped_at"] == "2025-03-10T01:00:00.000Z"
    assert (REPORT["excluded"]["late"], REPORT["repeat_exposure"], REPORT["duplicate"]) == (4, 6, 0)
    assert REPORT["srm"].keys() == EVIDENCE | FIRED


@pytest.mark.parametrize(("metric", "exact"), [("bought", True), ("left", True), ("spent", False)])
def test_a_metric_has_the_fields_of_the_contracts(metric, exact):
    control, bold = REPORT["metrics"][metric]["control"], REPORT["metrics"][metric]["bold"]
    arm = ["units", "matured", "conversions", "sum", "mean", "vs_control", "early"]
    assert list(control) == list(bold) == arm
    assert (control["vs_control"], control["early"]) == (None, None)
    assert bold["vs_control"].keys() == SHOWN | EVIDENCE | FIRED | {"fixed_sample"}
    assert bold["vs_control"]["fixed_sample"].keys() == {"z", "p"}
    assert (bold["early"] or {}).keys() == (EVIDENCE | FIRED | {"status"} if exact else set())


def test_an_arm_is_counted_in_units_and_in_the_unit_of_its_metric():
    metrics = {name: [list(arm.values())[:5] for arm in arms.values()] for name, arms in REPORT["metrics"].items()}
    assert metrics == {
        "bought": [[1_000, 1_000, 100, 100, 0.1], [1_010, 1_010, 210, 210, 210 / 1_010]],
        "left": [[1_000, 1_000, 40, 40, 0.04], [1_010, 1_010, 41, 41, 41 / 1_010]],
        "spent": [[1_000, 1_000, 100, 200.0, 0.2], [1_010, 1_010, 210, 1_050.0, 1_050 / 1_010]],
    }


@pytest.mark.parametrize(
    ("metric", "kinds"),
    [
        ("bought", ["superiority", "harm", "futility"]),
        ("left", ["non_inferiority", "harm"]),
        ("spent", ["superiority", "harm", "futility"]),
    ],
)
def test_all_tests_of_a_metric_are_listed_and_its_own_is_told_on_top(metric, kinds):
    versus = REPORT["metrics"][metric]["bold"]["vs_control"]
    assert [test["kind"] for test in versus["tests"]] == kinds
    own = versus["tests"][0]
    assert {key: versus[key] for key in EVIDENCE | FIRED} == {key: own[key] for key in EVIDENCE | FIRED}
    fields = {"kind", "null", "reading", "alpha", "threshold", "best_log_e"} | EVIDENCE | FIRED
    assert all(test.keys() == fields for test in versus["tests"])
    assert all(test["p_always_valid"] == min(1, np.exp(-test["max_log_e"])) for test in versus["tests"])


def test_what_fired_tells_when_and_with_how_many_units():
    at_first = samples.look(totals(X, (1_000, 1_010), bought=(100, 210)), START + HOUR)
    later = samples.look(totals(X, (2_000, 2_020), bought=(200, 420)), START + DAY, 2)
    report = told(X, at_first, later, clock=START + DAY)
    versus, early = (report["metrics"]["bought"]["bold"][key] for key in ("vs_control", "early"))
    for fired in (versus, early):
        assert (fired["status"], fired["fired_at_units"], fired["fired_at"]) == (
            "winner",
            2_010,
            "2025-03-10T01:00:00.000Z",
        )
    assert [test["fired_at"] is None for test in versus["tests"]] == [False, True, True]


def test_the_early_reading_tells_the_first_of_its_directions():
    worse = samples.look(totals(X, (1_000, 1_000), bought=(210, 100)), START + HOUR)
    better = samples.look(totals(X, (9_000, 9_000), bought=(310, 2_100)), START + DAY, 2)
    early = told(X, worse, better)["metrics"]["bought"]["bold"]["early"]
    assert (early["fired_at"], early["status"]) == ("2025-03-10T01:00:00.000Z", "harmful")


def test_the_classical_comparison_stands_beside():
    found = {name: arms["bold"]["vs_control"]["fixed_sample"] for name, arms in REPORT["metrics"].items()}
    z, p = two_proportion_z([1_000, 1_010], [100, 210])
    assert found["bought"] == {"z": float(z), "p": float(p)}
    means = np.array([0.2, 1_050 / 1_010])
    spread = (np.array([400, 5_250]) - [1_000, 1_010] * means**2) / np.array([999, 1_009])
    z, p = welch_z([1_000, 1_010], means, spread)
    assert [found["spent"]["z"], found["spent"]["p"]] == pytest.approx([float(z), float(p)], rel=1e-9)


def test_the_interval_of_a_mean_is_open_behind_its_gate_only():
    versus = REPORT["metrics"]["spent"]["bold"]["vs_control"]
    assert versus["lower"] < versus["estimate"] < versus["upper"]
    assert versus["estimate"] == pytest.approx(1_050 / 1_010 - 0.2)
    few = told(X, totals(X, (1_000, 1_010), spent=((49, 2), (210, 5))))["metrics"]["spent"]["bold"]["vs_control"]
    assert few["estimate"] is not None
    assert [few[key] for key in ("lower", "upper", "relative_lower", "relative_upper", "log_e")] == [None] * 4 + [0]


def test_the_relative_interval_of_a_mean_needs_a_relative_size():
    relative = SPENT | {"mde": {"relative": 0.2}, "baseline": {"mean": 0.2}}
    for metric, known in ((SPENT, False), (SPENT | {"baseline": {"mean": 0.2}}, True), (relative, True)):
        x = experiment(metric)
        versus = told(x, totals(x, (1_000, 1_010), spent=((100, 2), (210, 5))))["metrics"]["spent"]["bold"][
            "vs_control"
        ]
        assert (versus["relative_lower"] is not None) == known
        assert not known or versus["relative_lower"] < versus["relative"] < versus["relative_upper"]


def test_without_units_nothing_is_claimed():
    report = told(X, totals(X, (0, 0)))
    for arms in report["metrics"].values():
        assert [(arm["units"], arm["matured"], arm["sum"], arm["mean"]) for arm in arms.values()] == [
            (0, 0, 0, None)
        ] * 2
        versus = arms["bold"]["vs_control"]
        assert (versus["estimate"], versus["relative"], versus["fixed_sample"]) == (None, None, {"z": None, "p": None})
        assert (versus["log_e"], versus["p_always_valid"], versus["status"], versus["fired_at"]) == (
            0,
            1,
            "undecided",
            None,
        )


def test_without_conversions_in_control_there_is_no_relative_effect():
    report = told(X, totals(X, (1_000, 1_010), bought=(0, 10), spent=((0, 0), (210, 5))))
    for metric in ("bought", "spent"):
        versus = report["metrics"][metric]["bold"]["vs_control"]
        assert versus["estimate"] > 0
        assert versus["relative"] is None


def test_before_any_look_everything_is_there():
    report = experiment_object(X, begin(X), [0] * X.layout.size, None)
    assert (report["verdict"], report["action"], report["clock"], report["stopped_at"]) == (
        "warming_up",
        "none",
        None,
        None,
    )
    assert report["metrics"].keys() == {"bought", "left", "spent"}


def test_a_point_of_the_plots():
    state, _ = judged(X, CELLS)
    told_ = point(X, state, CELLS, START + HOUR)
    assert (told_["t"], told_["units"]) == (START + HOUR, {"control": 1_000, "bold": 1_010})
    assert told_["srm_log_e"] == REPORT["srm"]["log_e"]
    versus, early = (REPORT["metrics"]["bought"]["bold"][key] for key in ("vs_control", "early"))
    assert told_["metrics"]["bought"]["bold"] == {
        "estimate": versus["estimate"],
        "lower": versus["lower"],
        "upper": versus["upper"],
        "log_e": versus["log_e"],
        "p": versus["p_always_valid"],
        "harm_p": versus["tests"][1]["p_always_valid"],
        "early_log_e": early["log_e"],
    }
    assert told_["metrics"]["spent"]["bold"]["early_log_e"] is None
