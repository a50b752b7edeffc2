"""A foreign record is written where its unit lives, under a pseudonym, with its own time; or refused for a reason."""

import json

import pytest
from aiokafka.partitioner import murmur2
from msgspec.structs import asdict

from streams.codecs.cloudevents import Decoder
from streams.codecs.foreign.base import Route
from streams.codecs.rekeyed import RekeyedDecoder, encode, pseudonym
from streams.codecs.rekeying import Rekeyer
from streams.codecs.routes import Routes
from streams.core.events import Record
from streams.core.watermarks import Watermark
from tests.codecs.samples import CONVERSION, EXPOSURE, binary, changed, spelled

KEY = b"secret"
ROUTES = Routes(
    (
        Route("shop", "cloudevents"),
        Route("calls", "segment"),
        Route("sales", "cloudevents", to=frozenset({"conversions"})),
    )
)


def rekey(*values, topic="shop", headers=()):
    records = [Record(offset, 1_000 + offset, value, headers) for offset, value in enumerate(values)]
    return Rekeyer(ROUTES, KEY, 4).rekey(topic, records)


def body(event):
    return json.dumps(event).encode()


def test_a_record_goes_where_kafka_puts_the_raw_id_with_its_own_time():
    (written,) = rekey(body(EXPOSURE)).written
    assert (written.kind, written.partition) == ("exposures", (murmur2(b"8f3a") & 0x7FFFFFFF) % 4)
    assert written.timestamp == 1_000


def test_nothing_that_names_the_unit_is_written():
    (written,) = rekey(body(CONVERSION)).written
    assert b"8f3a" not in written.key + written.value
    assert written.key == json.loads(written.value)["data"]["unit_id"].encode()


@pytest.mark.parametrize(("event", "headers"), [(body(EXPOSURE), ()), binary(EXPOSURE), (body(CONVERSION), ())])
def test_what_is_written_is_read_as_the_foreign_event_would_be(event, headers):
    (written,) = rekey(event, headers=headers).written
    found = RekeyedDecoder(KEY, ("any", 0)).decode(written.value)
    expected = Decoder(KEY).decode(event, headers)
    assert asdict(found) | {"body": ...} == asdict(expected) | {"body": ...}


def test_what_nobody_reads_is_carried_as_it_was_written():
    value = spelled(EXPOSURE | {"extra": 0}, "extra", "1e999")
    (written,) = rekey(value).written
    assert b'"extra":1e999' in written.value


def test_of_what_cannot_be_read_the_reason_is_told():
    bad = [b"", b"{", body(changed(EXPOSURE, "time", "soon")), body(EXPOSURE | {"type": "order.v7"}), b" " * (1 << 21)]
    outcome = rekey(body(EXPOSURE), *bad)
    assert [one.reason for one in outcome.refused] == [
        "malformed",
        "malformed",
        "malformed",
        "unknown_type",
        "too_large",
    ]
    assert [one.record.offset for one in outcome.refused] == [1, 2, 3, 4, 5]
    assert len(outcome.written) == 1


@pytest.mark.parametrize("path", ["data.unit_id", "\ud800"])
def test_half_a_surrogate_pair_is_malformed(path):
    value = body(EXPOSURE).replace(b'"8f3a"', b'"\\ud800"') if path == "data.unit_id" else body(EXPOSURE | {path: 1})
    assert [one.reason for one in rekey(value).refused] == ["malformed"]


def test_no_depth_of_nesting_is_more_than_malformed():
    call = (
        b'{"type":"track","messageId":"m","timestamp":"2026-11-22T10:00:00Z","event":"e","userId":"u","properties":%b}'
    )
    calls = [call % (b'{"a":' * depth + b"1" + b"}" * depth) for depth in range(1, 1_100)]
    outcome = rekey(*calls, topic="calls")
    assert {one.reason for one in outcome.refused} == {"malformed"}
    assert len(outcome.written) + len(outcome.refused) == len(calls)


def test_a_record_with_a_header_of_a_framework_is_refused():
    assert [one.reason for one in rekey(body(EXPOSURE), headers=[("Faust-Ag-ReplyTo", b"x")]).refused] == [
        "forbidden_header"
    ]


def test_nobody_can_send_a_watermark_through_ingest():
    mark = encode(Watermark({"shop": 1}, {"shop": {0: 2**60}}), ("peekproof.exposures", 0), KEY)
    assert [one.reason for one in rekey(mark).refused] == ["unknown_type"]


def test_a_kind_that_the_route_does_not_take_is_left_alone():
    outcome = rekey(body(EXPOSURE), body(CONVERSION), topic="sales")
    assert [one.kind for one in outcome.written] == ["conversions"]
    assert outcome.refused == []


def test_a_unit_has_one_partition_and_one_pseudonym_wherever_it_comes_from():
    (first,), (second,) = rekey(body(EXPOSURE)).written, rekey(body(CONVERSION), topic="sales").written
    assert (first.partition, first.key) == (second.partition, second.key)
    assert first.key.decode() == pseudonym(Decoder(KEY).unit("8f3a"))
