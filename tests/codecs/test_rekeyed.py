"""What ingest writes: a unit is who it was before, and nobody else can move a clock."""

import json

import pytest

from streams.codecs.cloudevents import Decoder
from streams.codecs.rekeyed import RekeyedDecoder, encode, pseudonym
from streams.core.events import Arrival, Record
from streams.core.watermarks import Watermark
from tests.codecs.samples import CONVERSION, EXPOSURE, changed

KEY = b"secret"
PLACE = "peekproof.exposures", 3
MARK = Watermark({"shop": 2, "app": 1}, {"shop": {0: 1_700_000_000_000, 1: 5}, "app": {}})


def read(value, place=PLACE, key=KEY):
    (found,) = RekeyedDecoder(key, place).arrivals([Record(7, 99, value)])
    return Arrival(*found)


def told(value):
    return read(value).event


def renamed(event, unit_id):
    return json.dumps(changed(event, "data.unit_id", unit_id)).encode()


@pytest.mark.parametrize("event", [EXPOSURE, CONVERSION])
def test_a_pseudonym_stands_for_the_unit_that_the_raw_id_stands_for_elsewhere(event):
    native = Decoder(KEY)
    raw = native.decode(json.dumps(event).encode())
    assert told(renamed(event, pseudonym(native.unit("8f3a")))).unit == raw.unit


@pytest.mark.parametrize("unit", [0, 1, 2**64 - 1])
def test_every_number_can_be_written(unit):
    assert told(renamed(EXPOSURE, pseudonym(unit))).unit == unit


@pytest.mark.parametrize(
    "unit_id",
    ["8f3a", "~8f3a", "0123456789abcdef", "~0123456789ABCDEF", "~0123456789abcdef0", "~ 123456789abcdef", "~é"],
)
def test_any_other_id_is_malformed_where_ingest_writes(unit_id):
    assert told(renamed(EXPOSURE, unit_id)) == "malformed"


def test_a_watermark_comes_back_at_its_place():
    assert read(encode(MARK, PLACE, KEY)) == (7, 99, MARK, 99)


def test_a_watermark_is_a_cloudevent_a_person_can_read():
    event = json.loads(encode(MARK, PLACE, KEY))
    assert event["specversion"] == "1.0"
    assert event["type"] == "peekproof.watermark.v1"
    assert event["data"]["read_to"]["shop"] == {"0": 1_700_000_000_000, "1": 5}


def forged(**changes):
    event = json.loads(encode(MARK, PLACE, KEY))
    return json.dumps(event | changes).encode()


def test_a_watermark_of_another_key_or_place_or_content_is_none():
    assert told(encode(MARK, PLACE, b"guessed")) == "unknown_type"
    assert told(encode(MARK, ("peekproof.exposures", 2), KEY)) == "unknown_type"
    assert told(encode(MARK, ("peekproof.conversions", 3), KEY)) == "unknown_type"
    assert told(forged(data={"sources": {"shop": 1}, "read_to": {"shop": {"0": 2**62}}})) == "unknown_type"


@pytest.mark.parametrize(
    "data", [{}, [], {"sources": {"shop": 0}, "read_to": {}}, {"sources": {}, "read_to": {"a": {"b": 1}}}]
)
def test_a_watermark_that_says_nothing_is_none(data):
    assert told(forged(data=data)) == "unknown_type"


def test_where_ingest_does_not_write_a_watermark_is_an_event_of_unknown_type():
    assert Decoder(KEY).decode(encode(MARK, PLACE, KEY)) == "unknown_type"
