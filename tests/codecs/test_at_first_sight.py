"""Most events are read at first sight; that must never be told from reading them with care."""

import json
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streams.codecs.cloudevents import Decoder, refuse, structured
from streams.codecs.rekeyed import RekeyedDecoder, encode, pseudonym
from streams.codecs.wire import UNREADABLE, decode_event, second_look
from streams.core.events import MAX_BYTES, Record
from streams.core.watermarks import Watermark
from tests.codecs.samples import CONVERSION, EXPOSURE, binary

KEY, PLACE = b"secret", ("peekproof.exposures", 3)
WATERMARK = json.loads(encode(Watermark({"shop": 1}, {"shop": {0: 5}}), PLACE, KEY))
PSEUDONYM = {**EXPOSURE, "data": {**EXPOSURE["data"], "unit_id": pseudonym(7)}}
EVENTS = [EXPOSURE, EXPOSURE | {"type": "peekproof.evaluation.v1"}, CONVERSION, PSEUDONYM, WATERMARK]
OURS = ["time", "unit", "identity", "target", "body", "is_evaluation", "type", "new"]  # names of the core, too
NAMES = sorted({*OURS, *EXPOSURE, *CONVERSION, *EXPOSURE["data"], *CONVERSION["data"]})
TEXTS = ['""', '"é"', '"\\ud800"', '"\\ud83d\\ude00"', '"\udcff"', '"\x01"', '"peekproof.conversion.v1"']
SPELLINGS = st.sampled_from([
    *TEXTS, "null", "true", "17", "-1", "1e309", "NaN", "[]", "{}", '{"a":1,"a":2}', "[[", '"1970-01-01T00:00:00+01:00"'
])  # fmt: skip
HEADERS = st.none() | st.lists(st.sampled_from([("trace", b""), ("__faust", b""), ("ce_specversion", b"1.0")]))


def carefully(decoder, value, headers):
    """Each step alone, as its contract is written."""
    body = value or b""
    if reason := refuse(body, headers):
        return reason
    parsed = parsed_twice(body := structured(body, headers))
    return parsed if isinstance(parsed, str) else decoder.event(parsed, body)


def parsed_twice(body):
    """No error of the first reading is trusted."""
    try:
        body.decode()
        return decode_event(body)
    except UNREADABLE:
        return second_look(body)


def agree(value, headers=()):
    decoder = Decoder(KEY)
    ((offset, time, event, present),) = decoder.arrivals([Record(7, 99, value, headers)])
    expected = carefully(decoder, value, headers)
    assert (offset, time, present) == (7, 99, 99)
    assert (type(event), repr(event)) == (type(expected), repr(expected))
    rekeyed = RekeyedDecoder(KEY, PLACE)
    found, expected = rekeyed.decode(value, headers), carefully(rekeyed, value, headers)
    assert found == expected or (expected == "unknown_type" and isinstance(found, Watermark))


def written(pairs):
    return "{" + ",".join(f"{json.dumps(key)}:{text}" for key, text in pairs) + "}"


@st.composite
def mutants(draw):
    """Bytes of an event in which keys were added, written twice, spelled otherwise, left out or moved."""
    event = draw(st.sampled_from(EVENTS))
    pairs = {place: [(k, json.dumps(v)) for k, v in part.items()] for place, part in
             (("event", {k: v for k, v in event.items() if k != "data"}), ("data", event["data"]))}  # fmt: skip
    for _ in range(draw(st.integers(0, 2))):
        part = pairs[draw(st.sampled_from(["event", "data"]))]
        at = draw(st.integers(0, len(part)))
        part[at : at + draw(st.integers(0, 1))] = draw(
            st.lists(st.tuples(st.sampled_from(NAMES), SPELLINGS), max_size=2)
        )
    whole = draw(st.permutations([*pairs["event"], ("data", written(pairs["data"]))]))
    return written(whole).encode("utf-8", "surrogateescape")


@given(mutants(), HEADERS)
def test_reading_at_first_sight_cannot_be_told_from_reading_with_care(value, headers):
    agree(value, headers or ())


@given(st.none() | st.binary(max_size=40), HEADERS)
@example(None, None)
@example(b"", [("ce_specversion", b"1.0")])
def test_bytes_of_any_kind_meet_the_same_fate(value, headers):
    agree(value, headers or ())


@pytest.mark.parametrize("event", EVENTS)
def test_headers_size_and_language_change_only_the_way(event):
    value, headers = binary(event)
    agree(value, headers)
    for body in (json.dumps(event), json.dumps({**event, "new": "é"}, ensure_ascii=False)):
        agree(body.encode())
        agree(body.encode()[:-1] + b',"new":"\xff"}')  # no UTF-8 where msgspec does not look
    for spaces in (0, 1):
        agree(json.dumps(event).encode().ljust(MAX_BYTES + spaces))


def test_a_batch_remembers_nothing_of_the_record_before():
    values = [json.dumps(event).encode() for event in EVENTS] + [b"{", None, b"[1]"]
    decoder, alone = Decoder(KEY), [Decoder(KEY).decode(value) for value in values]
    for first, second in pairwise(range(len(values))):
        for pair in ((first, second), (second, first)):
            batch = [Record(offset, 99, values[offset]) for offset in pair]
            assert [event for _, _, event, _ in decoder.arrivals(batch)] == [alone[offset] for offset in pair]
