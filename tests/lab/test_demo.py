"""The parts of the demo that need no broker: its settings, its judge, its picture."""

import io
import json
import socket

import pytest
import yaml
from rich.console import Console

from streams.codecs.definitions import load
from streams.lab import demo, screen
from streams.lab.crowd import Ends, Truth
from streams.lab.loadgen import truths

ENDS = Truth(says="the new wording sells more", ends=Ends("stop_success", "ship", "bold"))
TRUTHS = {"wording": ENDS, "button": Truth(says="both are the same")}
METRIC = {
    "control": {"units": 1_000, "vs_control": None},
    "bold": {"units": 1_017, "vs_control": {"p_always_valid": 0.00012}},
    "wide": {"units": 983, "vs_control": {"p_always_valid": 1.0}},
}


def shown(verdict="stop_success", action="ship", variant="bold"):
    reasons = ["primary bought: bold better by 5.00 points", "and more"]
    return {"verdict": verdict, "action": action, "variant": variant, "metrics": {"bought": METRIC}, "reasons": reasons}


def decision(number, verdict="continue", action="none"):
    data = {"experiment_id": "wording", "verdict": verdict, "action": action, "reasons": [f"reason {number}", "more"]}
    return {"time": f"2026-01-01T00:00:{number:02}.000Z", "data": data}


def view(decisions=(), **experiments):
    return demo.View(experiments, list(decisions), {"read": 12_345, "rejected": {"malformed": 2, "future": 1}})


@pytest.fixture
def definitions(tmp_path):
    return load(demo._experiments(tmp_path / "experiments"))


@pytest.fixture
def told(tmp_path):
    (tmp_path / "truth.yaml").write_bytes(demo.files("streams.lab").joinpath("truth.yaml").read_bytes())
    return truths(tmp_path / "truth.yaml")


def test_no_difference_when_every_experiment_is_where_the_truth_wants_it():
    assert demo.differences(TRUTHS, view(wording=shown(), button=shown("continue", "none", None))) == []


@pytest.mark.parametrize(
    "wrong", [("stop_harm", "ship", "bold"), ("stop_success", "none", "bold"), ("stop_success", "ship", "wide")]
)
def test_a_difference_names_what_was_expected_and_what_was_found(wrong):
    assert demo.differences(TRUTHS, view(wording=shown(*wrong))) == [
        f"wording: expected ('stop_success', 'ship', 'bold'), found {wrong}"
    ]


def test_what_is_not_shown_yet_is_a_difference():
    assert demo.differences(TRUTHS, view()) == [
        "wording: expected ('stop_success', 'ship', 'bold'), found (None, None, None)"
    ]


def test_every_experiment_of_the_demo_has_a_truth_that_fits_it(definitions, told):
    assert told.keys() == definitions.experiments.keys()
    for id_, truth in told.items():
        x = definitions.experiments[id_]
        assert truth.ends
        assert truth.says
        assert truth.ends.variant in (None, *x.variants)
        assert truth.rates.keys() <= {metric.spec.id for metric in x.metrics}
        assert all(rates.keys() == set(x.variants) for rates in truth.rates.values())
        assert truth.split.keys() <= set(x.variants)


def test_the_experiments_of_the_demo_start_now(definitions):
    assert len({x.effective_from for x in definitions}) == 1
    assert all(x.longest <= 10_000 for x in definitions)


def test_the_worker_of_the_demo_listens_on_the_loopback_and_leaves_nothing_behind(tmp_path):
    settings = demo._settings("127.0.0.1:1", tmp_path / "experiments", 12_345, tmp_path)
    assert (settings.web_host, settings.web_port) == ("127.0.0.1", 12_345)
    assert tmp_path in settings.data.parents
    assert settings.partitions == settings.evaluation_partitions == demo.PARTITIONS


def test_a_free_port_can_be_listened_on():
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", demo.free_port()))
        taken.listen()
        assert demo.free_port() not in (0, taken.getsockname()[1])


def test_a_worker_that_does_not_answer_is_not_an_error():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        assert demo._glance(f"http://127.0.0.1:{silent.getsockname()[1]}") is None


def test_the_outcome_is_told_on_standard_error(capsys):
    assert (demo._tell([]), demo._tell(["one is wrong"])) == (0, 1)
    assert capsys.readouterr() == ("", "all four experiments ended as they should\none is wrong\n")


def test_units_are_recounted_by_arm():
    told_ = [{"experiment": "wording", "variant": "bold", "what": what, "sent": 5} for what in ("exposures", "bought")]
    assert demo._sent({"truth": told_}) == {"wording/bold": 5}
    assert demo._units(view(wording=shown())) == {"wording/control": 1_000, "wording/bold": 1_017, "wording/wide": 983}


def rendered(told):
    console = Console(file=io.StringIO(), width=160, color_system=None)
    console.print(screen.screen("http://127.0.0.1:8080", TRUTHS, told))
    return console.file.getvalue()


def test_the_screen_shows_verdicts_beside_the_truth():
    text = rendered(view(wording=shown()))
    assert "12,345 events read, 3 rejected" in text
    assert screen.SHORT in text
    assert "http://127.0.0.1:8080" in text
    row = next(line for line in text.splitlines() if "wording" in line)
    assert [
        word
        for word in ("the new wording sells more", "3,000", "0.00012", "stop_success → ship", "bold better")
        if word not in row
    ] == []


def test_the_screen_waits_for_what_is_not_there_yet():
    row = next(line for line in rendered(view()).splitlines() if "button" in line)
    assert "both are the same" in row
    assert "waiting" in row


def test_the_screen_shows_the_last_decisions_with_their_first_reason():
    text = rendered(view([decision(number) for number in range(20)], wording=shown()))
    assert [number for number in range(20) if f"reason {number} " in text] == list(range(12, 20))


@pytest.mark.parametrize(
    ("verdict", "colour"),
    [
        ("stop_success", "green"),
        ("stop_harm", "red"),
        ("invalid_srm", "yellow"),
        ("stop_futility", "cyan"),
        ("continue", "default"),
    ],
)
def test_a_verdict_has_its_colour(verdict, colour):
    assert str(screen._verdict(verdict, "none").style) == f"bold {colour}"


def test_the_definitions_of_the_demo_are_plain_yaml():
    for source in demo.files("streams.lab").joinpath("experiments").iterdir():
        assert "start_at" not in yaml.safe_load(source.read_bytes())["schedule"]


def test_a_view_is_read_from_what_the_worker_answers(monkeypatch):
    answers = {
        "/api/experiments": {"experiments": [{"experiment_id": "wording"}]},
        "/api/experiments/wording": shown(),
        "/api/decisions": {"decisions": [decision(1)]},
        "/api/pipeline": {"read": 3},
    }
    monkeypatch.setattr(demo, "urlopen", lambda url, **_: io.BytesIO(json.dumps(answers[url[4:]]).encode()))
    assert demo._glance("http") == demo.View({"wording": shown()}, [decision(1)], {"read": 3})
