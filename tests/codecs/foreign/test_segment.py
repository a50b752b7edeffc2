"""Segment's calls become the events in segment.json, or a reason why not."""

import json
from pathlib import Path

import msgspec
import pytest

from streams.codecs.cloudevents import parse
from streams.codecs.foreign.base import Route
from streams.codecs.foreign.segment import Segment

CASES = json.loads((Path(__file__).parent / "segment.json").read_text())
VIEWED, BOUGHT = CASES[0]["value"], CASES[2]["value"]


def read(sent, /, **route):
    found = msgspec.convert({"topic": "events", "format": "segment", **route}, Route)
    return Segment(found).map(sent if isinstance(sent, bytes) else json.dumps(sent).encode(), ())


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_a_call_becomes_the_event_on_file(case):
    mapped = read(case["value"], **case.get("route", {}))
    assert (mapped.kind, mapped.unit) == (case["kind"], case["unit"])
    assert json.loads(json.dumps(mapped.event)) == case["event"]


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_it_is_an_event_of_ours_but_for_the_unit(case):
    event = read(case["value"], **case.get("route", {})).event
    event["data"]["unit_id"] = "somebody"
    assert not isinstance(parse(json.dumps(event).encode()), str)


def test_what_a_call_says_of_a_person_stays_behind():
    written = json.dumps(read(VIEWED).event)
    assert not any(secret in written for secret in ("8f3a", "anon-1", "203.0.113.7", "ada@example.org"))


@pytest.mark.parametrize("kind", ["identify", "page", "screen", "group", "alias"])
def test_other_calls_are_nothing_to_us(kind):
    assert read({**BOUGHT, "type": kind}) is None
    assert read({"type": kind}) is None


def test_a_conversion_of_nobody_is_nothing_to_us():
    assert read({**BOUGHT, "userId": None}) is None
    assert read(BOUGHT, unit="anonymousId") is None


@pytest.mark.parametrize(
    "changes",
    [
        {"userId": None},
        {"userId": ""},
        {"messageId": ""},
        {"messageId": 7},
        {"timestamp": "yesterday"},
        {"timestamp": None},
        {"properties": []},
        {"properties": {"experiment_id": "checkout"}},
        {"properties": {"experiment_id": "", "variation_id": "a"}},
        {"properties": {"experiment_id": "checkout", "variation_id": True}},
    ],
)
def test_an_exposure_that_lacks_something_is_malformed(changes):
    assert read({**VIEWED, **changes}) == "malformed"


@pytest.mark.parametrize("value", [b"", b"{", b"\xff", b"[" * 100_000, b'"x"', b'{"type": 1}', b"NaN"])
def test_what_is_no_call_is_malformed(value):
    assert read(value) == "malformed"


def test_a_type_that_segment_does_not_have_is_unknown():
    assert read({**BOUGHT, "type": "watch"}) == "unknown_type"
