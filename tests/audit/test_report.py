"""What was found, as people and machines read it."""

import io
import json

import pytest
from rich.console import Console

from streams.audit.report import as_json, show
from streams.audit.verify import Choice
from tests.audit.samples import World


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("world"))


def shown(report):
    console = Console(file=io.StringIO(), width=100)
    show(report, console)
    return console.file.getvalue()


def test_what_is_verified_is_said_with_what_it_means(world):
    text = shown(world.verified())
    assert "stop_success" in text
    assert "Hash chain of 3 records: whole" in text
    assert text.endswith(
        "verified: 3 decisions: made by the definition given, the source says the same, it follows from its cells\n"
    )


def test_the_first_difference_is_told_in_one_line_with_both_numbers(world):
    def change(said):
        said["evidence"]["excluded"] |= {"late": 7, "drift": 8}

    lines = shown(world.verified(world.forged(2, change))).splitlines()
    late = world.verified().decisions[1].found
    assert late["recount"] == []
    (line,) = [one for one in lines if one.startswith("demo seq 2, tampered.jsonl line 2: recount: ")]
    assert line.startswith("demo seq 2, tampered.jsonl line 2: recount: excluded/late: recorded 7, recounted ")
    assert line.endswith("(and 1 more)")
    assert lines[-1] == "not verified: see above"


def test_flaws_of_the_chain_and_of_the_source_are_told(world):
    text = shown(world.verified([*world.lines[1:], world.lines[2]], [*world.events[:100], b"{"]))
    assert "Hash chain of 3 records, 1 of them repeated: 1 flaw\n" in text
    assert "tampered.jsonl line 1: chain: seq 2 is the first there is" in text
    assert "events: conservation: " in text
    assert "1 (malformed 1)" in text


def test_one_is_not_several(world):
    assert "\nverified: 1 decision: made by" in shown(world.verified(choice=Choice()))


def test_what_was_not_checked_is_said(world):
    text = shown(world.verified(definition=(world.folder / "definition.yaml").read_text().replace("10m", "11m")))
    assert "not checked" in text


def test_machines_read_the_same(world):
    told = json.loads(as_json(world.verified()))
    assert (told["ok"], told["records"], told["chain"]) == (True, 3, [])
    assert told["decisions"][2] | {"time": None} == {
        "experiment": "demo",
        "epoch": 1,
        "seq": 3,
        "time": None,
        "verdict": "stop_success",
        "place": "tampered.jsonl line 3",
        "found": {"definition": [], "recount": [], "evidence": []},
    }
    assert set(told["source"][0]) == {"log", "consumed", "accepted", "late", "rejected", "watermarks", "unexplained"}
