"""What our own topics carry comes back as it went; a refused record tells why, and nobody's name."""

import hashlib
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.codecs import counts as counts_codec
from streams.codecs import rejected
from streams.codecs import state as state_codec
from streams.core.attribution import Counts
from streams.core.evaluation import begin
from streams.core.events import REASONS, Record
from tests.codecs.samples import CONVERSION, EXPOSURE, binary
from tests.core.samples import BOUGHT, HARMED, experiment, judged, totals

INTEGERS = st.integers() | st.integers(2**63, 2**200)
COUNTS = st.builds(
    Counts,
    st.text(min_size=1, max_size=5),
    st.integers(1, 3),
    st.text(max_size=5),
    st.integers(0, 9),
    st.tuples(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1)),
    st.integers(-(2**62), 2**62),
    st.lists(INTEGERS, max_size=5),
)


@given(st.lists(COUNTS, max_size=3))
def test_a_round_of_counts_comes_back(round_):
    assert counts_codec.decode(counts_codec.encode(round_)) == round_


def test_integers_of_any_size_survive():
    counts = Counts("demo", 1, "abc", 0, (1, 2), 3, [2**64, 2**200, -(2**70), 10**300])
    assert counts_codec.decode(counts_codec.encode([counts])) == [counts]


@pytest.mark.parametrize("value", [b"", b"{", b"{}", b"[[]]", b'[["demo",1,"a",0,[1],2,[]]]', b"[[1,2,3,4,5,6,7]]"])
def test_what_is_no_round_is_an_error(value):
    with pytest.raises(msgspec.DecodeError):
        counts_codec.decode(value)


def test_the_state_of_an_evaluation_comes_back():
    x = experiment(BOUGHT, HARMED)
    won = totals(x, (1_000, 1_000), bought=(100, 200), left=(40, 40))
    for state in (begin(x), judged(x, won)[0]):
        assert state_codec.decode(state_codec.encode(state)) == state


def refused(reason, value, headers=()):
    key, told = rejected.encode(reason, Record(42, 0, value, headers), ("peekproof.conversions", 3))
    assert key == b"peekproof.conversions/3/42"
    return json.loads(told)


def body(event):
    return json.dumps(event).encode()


@pytest.mark.parametrize("reason", REASONS)
def test_a_reject_tells_why_and_where(reason):
    value = body(CONVERSION)
    found = refused(reason, value)
    assert {key: found[key] for key in found if key != "sample"} == {
        "reason": reason,
        "topic": "peekproof.conversions",
        "partition": 3,
        "offset": 42,
        "length": len(value),
        "sha256": hashlib.sha256(value).hexdigest(),
    }
    assert (found["sample"] is None) == (reason in ("too_large", "forbidden_header", "malformed"))


@pytest.mark.parametrize("event", [EXPOSURE, CONVERSION])
def test_a_reject_names_no_unit(event):
    for value in (body(event), binary(event)[0]):
        sample = refused("unknown_experiment", value)["sample"]
        assert "8f3a" not in sample
        assert rejected.HIDDEN in sample


def test_a_name_is_hidden_at_any_depth():
    hidden = {"list": [{"unit_id": "8f3a"}], "object": {"subject": {"unit_id": "8f3a", "more": "8f3a"}}}
    event = EXPOSURE | {"data": EXPOSURE["data"] | {"attributes": hidden}}
    assert "8f3a" not in refused("ineligible", body(event))["sample"]


NAMED = st.sampled_from(["unit_id", "subject", "8f3a", "x", ":", ""]) | st.text(max_size=3)
SHOWN = st.recursive(
    st.none() | st.integers() | NAMED,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMED, inner, max_size=3),
    max_leaves=10,
)


@given(
    st.dictionaries(NAMED, SHOWN, max_size=4), st.sampled_from([(",", ":"), (", ", ": "), (" ,", " : ")]), st.booleans()
)
def test_whichever_way_a_sample_is_made_it_is_the_event_without_names(event, separators, ascii_only):
    value = json.dumps(event, separators=separators, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    hidden = json.loads(value)
    rejected.redact(hidden)
    for found in (rejected.sample(value), rejected.at_a_glance(value)):
        assert found is None or len(found) == rejected.SAMPLE or json.loads(found) == hidden


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
@pytest.mark.parametrize("event", [EXPOSURE, CONVERSION])
def test_an_event_as_nearly_all_are_written_is_shown_as_it_was(event, separators):
    hidden = {**event, "subject": rejected.HIDDEN, "data": event["data"] | {"unit_id": rejected.HIDDEN}}
    value = json.dumps({**event, "subject": "user:8f3a"}, separators=separators).encode()
    assert rejected.at_a_glance(value) == json.dumps(hidden, separators=separators)


@pytest.mark.parametrize("text", ['{"unit_id"', '{"unit_id":"', '{"unit_id":"8f3a', '{"a":"unit_id"}', '{"subject":7}'])
def test_what_is_not_told_at_a_glance_is_looked_at_again(text):
    assert rejected.at_a_glance(text.encode()) is None


def test_many_names_are_not_covered_one_by_one():
    value = body([{"subject": "8f3a"}] * 60_000)
    assert rejected.at_a_glance(value) is None
    assert rejected.sample(value).startswith('[{"subject":"***"},{"subject":"***"}')


def test_of_an_unknown_type_nothing_is_known_and_nothing_is_shown_by_mistake():
    event = EXPOSURE | {"type": "other", "data": ["user 8f3a"]}
    sample = json.loads(refused("unknown_type", body(event))["sample"])
    assert (sample["subject"], sample["type"]) == (rejected.HIDDEN, "other")


def test_a_sample_is_short():
    event = EXPOSURE | {"data": EXPOSURE["data"] | {"attributes": {"long": "é" * 5_000}}}
    sample = refused("ineligible", body(event))["sample"]
    assert rejected.SAMPLE - 1 <= len(sample.encode()) <= rejected.SAMPLE
    assert sample.endswith("éé")


@pytest.mark.parametrize("value", [None, b""])
def test_a_tombstone_has_no_length(value):
    found = refused("malformed", value)
    assert (found["length"], found["sample"]) == (0, None)
