"""Two real experiments with known answers, replayed: counts exact, classical comparison exact, verdicts as known."""

import json
import subprocess
import sys

import pytest

from streams.core.times import parse_instant
from streams.lab.replay import replay

NOW = parse_instant("2026-01-01T00:00:00Z")
AB_DATA = {
    "exclude": {"control": (144_300, 17_468), "treatment": (144_389, 17_268)},
    "first_seen": {"control": (145_294, 17_687), "treatment": (145_290, 17_486)},
    "page": {"control": (144_267, 17_454), "treatment": (144_319, 17_228)},
}


@pytest.fixture(scope="session")
def converted(shared, tmp_path_factory):
    """The folder of an experiment, made from the raw data when it is first asked for."""
    folders = {}

    def convert(name, multi_variant="exclude"):
        if (name, multi_variant) not in folders:
            out = tmp_path_factory.mktemp(name)
            command = [sys.executable, shared / "data" / "to_events.py", name, out, "--multi-variant", multi_variant]
            subprocess.run(command, check=True, capture_output=True)
            folders[name, multi_variant] = out
        return folders[name, multi_variant]

    return convert


@pytest.fixture(scope="session")
def hillstrom(converted, tmp_path_factory):
    return played(converted("hillstrom"), tmp_path_factory.mktemp("hillstrom"))


def played(folder, out):
    """(experiment object, report, decisions as bytes, expected)."""
    report = replay(folder / "definition.yaml", [folder / "events.jsonl.gz"], out, now=NOW)
    expected = json.loads((folder / "expected.json").read_text())
    return report["experiments"][expected["experiment"]], report, (out / "decisions.jsonl").read_bytes(), expected


def agrees(shown, expected):
    """Every count of every arm is the expected one, and the classical comparison to twelve digits."""
    for metric, arms in expected["metrics"].items():
        for variant, counted in arms.items():
            arm = shown["metrics"][metric][variant]
            assert {name: arm[name] for name in counted if name != "fixed_sample"} == {
                name: value for name, value in counted.items() if name != "fixed_sample"
            }
            assert arm["matured"] == counted["units"]
            if "fixed_sample" in counted:
                assert arm["vs_control"]["fixed_sample"] == pytest.approx(counted["fixed_sample"], rel=1e-12, abs=0)
    assert shown["excluded"]["multi_variant"] == expected["multi_variant_units"]
    return True


def nothing_was_lost(report):
    assert (report["rejected"], report["late"], report["unused"]) == ({}, 0, 0)
    return report["read"] == report["accepted"]


def no_effect(shown, arms):
    """As is known of this experiment: no claim for or against, at any look."""
    converted = shown["metrics"]["converted"]
    assert {v: (arm["units"], arm["conversions"]) for v, arm in converted.items()} == arms
    assert shown["verdict"] not in ("stop_success", "stop_harm", "invalid_srm")
    tests = {test["kind"]: test for test in converted["treatment"]["vs_control"]["tests"]}
    return tests["superiority"]["fired_at"] is tests["harm"]["fired_at"] is None


def test_landing_page_without_the_crossers(converted, tmp_path):
    shown, report, _, expected = played(converted("ab_data"), tmp_path)
    assert agrees(shown, expected)
    assert nothing_was_lost(report)
    assert report["read"] == 329_715
    assert no_effect(shown, AB_DATA["exclude"])
    versus = shown["metrics"]["converted"]["treatment"]["vs_control"]
    futility = next(test for test in versus["tests"] if test["kind"] == "futility")
    assert versus["log_e"] == pytest.approx(-1.508018, abs=5e-7)
    assert futility["log_e"] == pytest.approx(16.379965, abs=5e-7)
    assert shown["srm"]["log_e"] == pytest.approx(-2.820981, abs=5e-7)


def test_landing_page_with_the_crossers_in_their_first_arm(converted, tmp_path):
    shown, report, _, expected = played(converted("ab_data", "first_seen"), tmp_path)
    assert agrees(shown, expected)
    assert nothing_was_lost(report)
    assert no_effect(shown, AB_DATA["first_seen"])


def test_landing_page_by_what_was_shown(converted, tmp_path):
    shown, report, _, expected = played(converted("ab_data_page"), tmp_path)
    assert agrees(shown, expected)
    assert nothing_was_lost(report)
    assert no_effect(shown, AB_DATA["page"])


def test_e_mails_are_counted_exactly(hillstrom):
    shown, report, _, expected = hillstrom
    assert agrees(shown, expected)
    assert nothing_was_lost(report)
    assert sum(arm["units"] for arm in shown["metrics"]["visit"].values()) == 64_000


def test_both_e_mails_win_at_any_look(hillstrom):
    shown, _, decisions, _ = hillstrom
    for variant in ("mens", "womens"):
        versus = shown["metrics"]["visit"][variant]["vs_control"]
        assert (versus["status"], versus["p_always_valid"] < 0.05) == ("winner", True)
        assert shown["metrics"]["visit"]["control"]["units"] < versus["fired_at_units"] <= 64_000
        assert "2008-04-03" < versus["fired_at"] < "2008-04-05"
    verdicts = [json.loads(line)["data"]["verdict"] for line in decisions.splitlines()]
    assert (shown["verdict"], shown["action"], verdicts[-1]) == ("stop_success", "ship", "stop_success")


def test_the_mens_e_mail_has_the_evidence_of_two_other_implementations(hillstrom):
    versus = hillstrom[0]["metrics"]["visit"]["mens"]["vs_control"]
    printed = {
        "log_e": 246.567944,
        "estimate": 0.076590,
        "lower": 0.065572,
        "upper": 0.087643,
        "relative": 0.721405,
        "relative_lower": 0.587702,
        "relative_upper": 0.871109,
    }
    assert {name: versus[name] for name in printed} == pytest.approx(printed, abs=5e-7, rel=0)
    better, harm = (next(t for t in versus["tests"] if t["kind"] == kind) for kind in ("superiority", "harm"))
    assert better["best_log_e"] >= better["threshold"]
    assert harm["log_e"] == pytest.approx(-73.624103, abs=5e-7)
    assert hillstrom[0]["srm"]["log_e"] == pytest.approx(-4.075375, abs=5e-7)


def test_a_second_replay_is_the_same_byte_by_byte(converted, hillstrom, tmp_path):
    shown, report, decisions, _ = played(converted("hillstrom"), tmp_path)
    assert (shown, report, decisions) == hillstrom[:3]
