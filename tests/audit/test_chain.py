"""The chain of decisions is whole, or it is said where it is not."""

import json

import pytest

from tests.audit.samples import World, compact, flaws


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    return World(tmp_path_factory.mktemp("world")).lines


def test_a_whole_chain_has_no_flaw(lines):
    assert flaws(lines) == []
    assert flaws([]) == []


def test_a_dropped_line_is_located(lines):
    assert flaws([lines[0], lines[2]]) == [("line 2", "seq 3 follows seq 1 (line 1): a record is missing")]
    assert flaws(lines[1:]) == [("line 1", "seq 2 is the first there is: seq 1 is missing before it")]


def test_swapped_lines_are_located(lines):
    assert flaws([lines[1], lines[0], lines[2]]) == [("line 2", "seq 1 lies behind seq 2 (line 1): lines were swapped")]


def test_a_line_that_cannot_be_read_is_located(lines):
    (unread, missing) = flaws([lines[0], lines[1][:-1], lines[2]])
    assert (unread[0], unread[1].partition(":")[0]) == ("line 2", "not a decision")
    assert missing == ("line 3", "seq 3 follows seq 1 (line 1): a record is missing")


@pytest.mark.parametrize(
    ("field", "value"), [("verdict", "soon"), ("seq", "2"), ("seq", None), ("evidence", {}), ("more", 1)]
)
def test_a_record_with_a_wrong_field_is_no_decision(lines, field, value):
    event = json.loads(lines[1])
    event["data"][field] = value
    assert flaws([lines[0], compact(event)])[0][1].startswith("not a decision: ")


def test_a_record_of_no_time_is_no_decision(lines):
    event = json.loads(lines[0]) | {"time": "yesterday"}
    assert flaws([compact(event)])[0][1].startswith("not a decision: 'yesterday' is not an RFC 3339 time")


def test_a_changed_record_is_located(lines):
    changed = lines[1].replace(b'"action":"none"', b'"action":"ship"')
    ((place, text),) = flaws([lines[0], changed, lines[2]])
    assert place == "line 2"
    assert text.endswith("before it: one of the two was changed")
    assert "seq 3 (line 3) names" in text


def test_a_first_record_that_names_one_before_it_is_located(lines):
    event = json.loads(lines[0])
    event["data"]["previous_hash"] = "1" * 64
    assert flaws([compact(event)]) == [("line 1", f"seq 1 names {'1' * 64} before it, not {'0' * 64}")]


def test_an_id_of_something_else_is_located(lines):
    event = json.loads(lines[0])
    event["id"] = "2" * 64
    ((place, text),) = flaws([compact(event)])
    assert (place, text.partition(",")[0]) == ("line 1", f"its id is {'2' * 64}")
