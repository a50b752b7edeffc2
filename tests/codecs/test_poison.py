"""Bytes that nobody should send: each has its reason, and none of them breaks anything."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streams.codecs import rejected
from streams.codecs.cloudevents import Decoder
from streams.core.events import MAX_BYTES, Conversion, Exposure, Record
from streams.core.intake import Intake
from tests.codecs.samples import CONVERSION, EXPOSURE, binary, changed, spelled
from tests.core.samples import BOUGHT, catalogue, experiment

VALID = json.dumps(EXPOSURE).encode()
EVENTS = {"exposure": EXPOSURE, "conversion": CONVERSION}
FILTERED = BOUGHT | {"event": "order.completed", "filter": {"all": [{"attr": "properties.sku", "exists": True}]}}
TOO_LARGE = {
    "beyond the range of doubles": "1e309",
    "minus that": "-1e309",
    "an integer beyond it": "1" + "0" * 400,
}
NO_JSON = {
    "NaN": "NaN",
    "Infinity": "Infinity",
    "-Infinity": "-Infinity",
    "a leading zero": "01",
    "a lone surrogate": '"\\ud800"',
    "half a pair": '"\\ud83d\\ud83d"',
    "an unknown escape": '"\\x"',
    "a control character": '"\x01"',
    "bytes that are no UTF-8": '"\udcff"',
    "deep nesting": "[" * 20_000 + "]" * 20_000,
    "deeper objects": '{"a":' * 20_000 + "1" + "}" * 20_000,
    "half a word": "tru",
    "a single quote": "'a'",
    "a comment": "/* */ 1",
    "a trailing comma": "[1,]",
}


def decode(value, headers=()):
    return Decoder().decode(value, headers)


SPELLINGS = TOO_LARGE | NO_JSON


@pytest.mark.parametrize("place", ["data.attributes.device", "data.extra", "extension"])
@pytest.mark.parametrize("spelling", NO_JSON.values(), ids=NO_JSON)
def test_what_is_no_json_is_malformed_wherever_it_stands(spelling, place):
    assert decode(spelled(EXPOSURE, place, spelling)) == "malformed"


@pytest.mark.parametrize(
    ("kind", "path", "values"),
    [
        ("exposure", "specversion", [..., None, "", "0.3", 1.0]),
        ("exposure", "id", [..., None, "", 5, True, []]),
        ("exposure", "source", [..., None, "", 5]),
        ("exposure", "type", [..., None, "", 5]),
        ("exposure", "time", [..., None, "", 5, "yesterday", "2026-11-22T10:00:00", "2026-02-30T00:00:00Z"]),
        ("exposure", "time", ["2026-11-22T10:00:00Z\n", "2026-11-22 10:00:00Z"]),
        ("exposure", "subject", ["", 5]),
        ("exposure", "data", [..., None, "", [], 5]),
        ("exposure", "data.experiment_id", [..., None, "", 5]),
        ("exposure", "data.variant", [..., None, "", True]),
        ("exposure", "data.unit_id", [..., None, "", 5, ["8f3a"]]),
        ("exposure", "data.attributes", ["", [], 5]),
        ("exposure", "data.consent", ["analytics", {}, [5], [""], [None]]),
        ("exposure", "data.assignment_reason", ["", 5]),
        ("exposure", "data.cost", ["", "0.5", True, [], {}]),
        ("conversion", "data.event", [..., None, "", 5]),
        ("conversion", "data.unit_id", [..., None, "", 5]),
        ("conversion", "data.value", ["", "42.5", True, False, [], {}]),
        ("conversion", "data.currency", ["", 5]),
        ("conversion", "data.reverses", ["", 5, ["ord-990"]]),
        ("conversion", "data.experiment_id", ["", 5]),
        ("conversion", "data.touches", [{}, "email", [5], [{"channel": "email"}], [{"channel": "", "at": "x"}]]),
        ("conversion", "data.properties", ["", [], 5]),
        ("conversion", "data.consent", ["analytics", [5]]),
    ],
)
def test_a_missing_or_wrongly_typed_field_is_malformed(kind, path, values):
    assert {decode(json.dumps(changed(EVENTS[kind], path, value)).encode()) for value in values} == {"malformed"}


@pytest.mark.parametrize("spelling", [*SPELLINGS.values(), "true", '"1"', "[]"])
def test_a_value_is_a_number(spelling):
    assert decode(spelled(CONVERSION, "data.value", spelling)) == "malformed"


@pytest.mark.parametrize("spelling", ["0", "-0.0", "1e-400", "9e12", "1E5", "123456789012345678901234567890"])
def test_any_finite_number_is_a_value(spelling):
    assert decode(spelled(CONVERSION, "data.value", spelling)).value == float(spelling)


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b" ",
        b"{",
        b"{}",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b"\x00" * 10,
        b"\xef\xbb\xbf" + VALID,
        VALID.decode().encode("utf-16"),
        VALID + b"x",
        VALID + VALID,
        VALID[:-1],
        b"[" + VALID + b"]",
        VALID.replace(b"8f3a", b"\xff"),
        VALID.replace(b"8f3a", b"\\ud800"),
        VALID.replace(b'"device"', b'"\xff"'),
    ],
)
def test_bytes_that_are_no_event_are_malformed(value):
    assert decode(value) == "malformed"


@pytest.mark.parametrize("type_", ["order.completed", "peekproof.exposure.v2", "Peekproof.exposure.v1", "x" * 1_000])
def test_an_event_of_another_type_is_unknown_whatever_else_it_is(type_):
    for event in (EXPOSURE, EXPOSURE | {"data": 5}, {**EXPOSURE, "subject": 5}):
        assert decode(json.dumps(event | {"type": type_}).encode()) == "unknown_type"


@pytest.mark.parametrize("path", ["specversion", "id", "source", "time"])
def test_without_its_envelope_even_an_unknown_type_is_malformed(path):
    assert decode(json.dumps(changed(EXPOSURE | {"type": "other"}, path, ...)).encode()) == "malformed"


@pytest.mark.parametrize("name", ["faust-ag-tracebacks", "FAUST-AG-reply-to", "__faust_x", "__Faust", "Faust-Ag-"])
def test_the_headers_of_the_framework_are_forbidden_in_any_case(name):
    assert decode(VALID, [("trace", b""), (name, b"")]) == "forbidden_header"


@pytest.mark.parametrize("name", ["x-faust-ag-", "faust", "_faust", ""])
def test_other_headers_mean_nothing(name):
    assert isinstance(decode(VALID, [(name, b"\xff"), (name, None)]), Exposure)


def test_one_mebibyte_is_enough():
    spaces = MAX_BYTES - len(VALID)
    assert isinstance(decode(VALID + b" " * spaces), Exposure)
    assert decode(VALID + b" " * (spaces + 1)) == "too_large"
    assert decode(b"\xff" * (MAX_BYTES + 1), [("__faust", b"")]) == "too_large"


@pytest.mark.parametrize("name", ["ce_id", "ce_source", "ce_type", "ce_time", "ce_specversion"])
def test_binary_mode_needs_its_headers(name):
    value, headers = binary(EXPOSURE)
    assert decode(value, [header for header in headers if header[0] != name]) == "malformed"
    assert decode(value, [(key, b"\xff" if key == name else text) for key, text in headers]) == "malformed"
    assert decode(value, [(key, None if key == name else text) for key, text in headers]) == "malformed"


@pytest.mark.parametrize("value", [None, b"", b"{", b"5", b"\xff"])
def test_binary_mode_needs_its_data(value):
    assert decode(value, binary(EXPOSURE)[1]) == "malformed"


def test_the_value_of_binary_mode_is_data_and_nothing_more():
    value, headers = binary(EXPOSURE)
    assert decode(value + b', "time": "2020-01-01T00:00:00Z"', headers) == "malformed"
    assert decode(value + b', "extension": 1', headers) == "malformed"


def outcome(value, headers=()):
    """Decode; judge what was decoded by an experiment with a filter; write down what is refused."""
    found, intake = decode(value, headers), Intake(catalogue(experiment(FILTERED)))
    if isinstance(found, Exposure):
        found = intake.exposure(found, found.time)
    elif isinstance(found, Conversion):
        found = intake.conversion(found, found.time)
    if isinstance(found, str):
        json.loads(rejected.encode(found, Record(0, 0, value, headers), ("peekproof.exposures", 0))[1])
    return type(found)


NUMBERS = st.floats() | st.integers() | st.just(10**400)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
PATHS = [*EXPOSURE, *(f"data.{key}" for key in EXPOSURE["data"]), "data.new", "new"]


@given(st.binary(max_size=200))
def test_no_bytes_break_anything(value):
    assert outcome(value) in (str, tuple)


@given(st.sampled_from(list(EVENTS.values())), st.sampled_from(PATHS), JSON)
def test_no_value_in_any_field_breaks_anything(event, path, value):
    outcome(json.dumps(changed(event, path, value)).encode("utf-8", "surrogatepass"))


@given(st.sampled_from(list(EVENTS.values())), st.data())
def test_no_damaged_event_breaks_anything(event, data):
    body = bytearray(json.dumps(event).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    outcome(bytes(body))


NAMES = st.sampled_from(["ce_id", "ce_type", "ce_specversion", "ce_", "ce_data", "content-type"]) | st.text(max_size=8)


@given(st.binary(max_size=50), st.lists(st.tuples(NAMES, st.none() | st.binary(max_size=8)), max_size=4))
@example(b"{}", [("ce_specversion", None)])
def test_no_headers_break_anything(value, headers):
    for body in (value, binary(CONVERSION)[0], json.dumps(CONVERSION).encode()):
        outcome(body, [*binary(CONVERSION)[1], *headers])


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("place", ["data.extra", "extension"])
@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_what_is_not_looked_at_breaks_nothing_later(event, place, spelling):
    outcome(spelled(event, place, spelling))
