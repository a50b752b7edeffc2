"""Valid events in both modes: what is kept of them, and what is hashed."""

import json

import pytest
from msgspec.structs import replace

from streams.codecs.cloudevents import Decoder
from streams.core.events import Arrival, Conversion, Exposure, Record
from streams.core.times import parse_instant
from tests.codecs.samples import CONVERSION, EXPOSURE, binary, changed

TEN = parse_instant("2026-11-22T10:00:00Z")


def decode(event, headers=(), key=b""):
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    return Decoder(key).decode(body, headers)


def test_an_exposure_keeps_what_the_core_needs():
    found = decode(EXPOSURE)
    assert found == Exposure(
        time=TEN + 123,
        experiment_id="checkout",
        variant="personal",
        unit=found.unit,
        attributes={"device": "mobile"},
        consent=("analytics",),
        is_evaluation=False,
        assignment_reason="split",
        cost=0.002,
    )


def test_a_conversion_keeps_what_the_core_needs_and_its_bytes():
    found = decode(CONVERSION)
    assert found == Conversion(
        time=TEN + 1_000,
        event="order.completed",
        unit=decode(EXPOSURE).unit,
        identity=found.identity,
        value=42.5,
        target=None,
        experiment_id=None,
        consent=("analytics",),
        body=json.dumps(CONVERSION).encode(),
    )


def test_an_evaluation_is_told_apart():
    assert decode(EXPOSURE | {"type": "peekproof.evaluation.v1"}).is_evaluation


@pytest.mark.parametrize("event", [EXPOSURE, CONVERSION])
def test_both_modes_say_the_same(event):
    structured, (value, headers) = decode(event), binary(event)
    found = decode(value, headers)
    assert replace(found, **({"body": structured.body} if event is CONVERSION else {})) == structured


def test_the_data_of_binary_mode_can_be_filtered_like_any_other():
    value, headers = binary(CONVERSION)
    assert json.loads(decode(value, headers).body)["data"] == CONVERSION["data"]


@pytest.mark.parametrize("key", ["subject", "datacontenttype", "data.attributes", "data.consent", "data.cost"])
@pytest.mark.parametrize("value", [..., None])
def test_what_is_optional_may_be_missing_or_null(key, value):
    if (key, value) not in (("data.attributes", None), ("data.consent", None)):
        assert isinstance(decode(changed(EXPOSURE, key, value)), Exposure)


def test_the_unit_decides_and_the_subject_does_not():
    assert decode(EXPOSURE | {"subject": "user:other"}).unit == decode(CONVERSION).unit
    assert decode(changed(EXPOSURE, "data.unit_id", "other")).unit != decode(EXPOSURE).unit


def test_a_key_hides_the_units():
    units = {decode(EXPOSURE, key=key).unit for key in (b"", b"one", b"two", b"x" * 64)}
    assert len(units) == 4
    assert all(0 <= unit < 2**64 for unit in units)


def test_the_hash_is_the_same_everywhere():
    assert decode(changed(EXPOSURE, "data.unit_id", "u")).unit == 448206074779521544


def identity(source, id_):
    return decode(CONVERSION | {"source": source, "id": id_}).identity


def test_a_conversion_is_identified_by_source_and_id():
    assert identity("/a", "1") == identity("/a", "1")
    assert len({identity(*pair) for pair in (("/a", "1"), ("/a", "2"), ("/b", "1"), ("/", "a1"), ("/a1", "1"))}) == 5


def test_a_reversal_means_an_event_of_the_same_source():
    found = decode(changed(CONVERSION, "data.reverses", "ord-990"))
    assert found.target == identity("/orders", "ord-990") != found.identity


def test_of_a_duplicate_key_the_last_wins():
    text = json.dumps(EXPOSURE)
    for twice in ('"id": "e-0", "id"', '"id": 5, "id"'):
        assert isinstance(decode(text.replace('"id"', twice, 1).encode()), Exposure)
    assert decode(text.replace('"variant"', '"variant": "x", "variant"').encode()).variant == "personal"
    assert isinstance(decode(text.replace('"type"', '"type": "x", "type"').encode()), Exposure)
    assert decode(text.replace('"source"', '"type": "peekproof.conversion.v1", "source"').encode()) == decode(EXPOSURE)


def test_unknown_fields_are_ignored():
    assert decode(changed(EXPOSURE | {"traceparent": "00-1"}, "data.extra", [1])) == decode(EXPOSURE)


def test_a_batch_keeps_places_and_record_times():
    records = [Record(7, 100, json.dumps(EXPOSURE).encode()), Record(9, 101, b"{"), Record(10, 102, None)]
    assert list(Decoder().arrivals(records)) == [
        Arrival(7, 100, decode(EXPOSURE), 100),
        Arrival(9, 101, "malformed", 101),
        Arrival(10, 102, "malformed", 102),
    ]
