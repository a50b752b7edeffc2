"""The reader of the recount and the product's decoder know nothing of each other, and judge every line alike."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streams.audit.counting.lines import MEBIBYTE, read
from streams.codecs.cloudevents import Decoder
from tests.codecs.samples import CONVERSION, EXPOSURE, binary, changed, spelled
from tests.codecs.test_poison import SPELLINGS

EVENTS = {"exposure": EXPOSURE, "conversion": CONVERSION}
READ_BY_NOBODY = ("data.extra", "extension")
PLACES = {
    "exposure": ("id", "time", "recordtime", "data.cost", "data.attributes.device", "data.consent", *READ_BY_NOBODY),
    "conversion": ("source", "subject", "data.value", "data.properties.sku", "data.touches", *READ_BY_NOBODY),
}
VALUES = [
    ...,
    None,
    "",
    5,
    5.5,
    True,
    [],
    {},
    [5],
    [""],
    [None],
    "x",
    [{"channel": "a"}],
    [{"channel": "a", "at": "b"}],
]
TIMES = [
    "2026-11-22T10:00:00",
    "2026-11-22T10:00:00Z\n",
    "2026-11-22T24:00:00Z",
    "2026-11-22T10:00:60Z",
    "2026-02-30T10:00:00Z",
    "2026-11-22t10:00:00z",
    "2026-11-22T10:00:00+25:00",
    "2026-11-22T10:00:00.Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+10:00",
    "9999-12-31T23:59:59.9999-23:59",
    "2026-11-22T10:00:00.1239999Z",
]


def outcome(value, headers=()):
    found = read(value, 0, 0, headers)
    return found if isinstance(found, str) else found.time


def expected(value, headers=()):
    found = Decoder().decode(value, headers)
    return found if isinstance(found, str) else found.time


def paths(event, above=""):
    for key, value in event.items():
        yield above + key
        if isinstance(value, dict):
            yield from paths(value, f"{above}{key}.")


@pytest.mark.parametrize("kind", EVENTS)
@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_what_is_spelled_wrongly_is_judged_alike(kind, spelling):
    lines = [spelled(EVENTS[kind], place, spelling) for place in PLACES[kind]]
    assert [outcome(line) for line in lines] == [expected(line) for line in lines]


@pytest.mark.parametrize("kind", EVENTS)
def test_what_is_of_the_wrong_type_is_judged_alike(kind):
    places = [*paths(EVENTS[kind]), "subject"]
    lines = [json.dumps(changed(EVENTS[kind], place, value)).encode() for place in places for value in VALUES]
    assert [outcome(line) for line in lines] == [expected(line) for line in lines]


def test_times_are_judged_alike():
    lines = [json.dumps(EXPOSURE | {"time": time}).encode() for time in TIMES]
    assert [outcome(line) for line in lines] == [expected(line) for line in lines]


def test_a_line_that_is_too_large_is_so_before_it_is_anything_else():
    assert outcome(b"{" * (MEBIBYTE + 1)) == "too_large"
    assert outcome(b"{" * MEBIBYTE) == "malformed"


@pytest.mark.parametrize(
    "more",
    [
        [],
        [("ce_x", b"\xff")],
        [("Faust-Ag-Id", b"")],
        [("ce_subject", None)],
        [("ce_type", b"peekproof.evaluation.v1")],
    ],
)
@pytest.mark.parametrize("kind", EVENTS)
def test_binary_mode_is_judged_alike(kind, more):
    value, headers = binary(EVENTS[kind])
    for body in (value, None, b"{", b"[]", b"\xff"):
        assert outcome(body, [*headers, *more]) == expected(body, [*headers, *more])


@given(st.binary() | st.text().map(str.encode))
@example(b"\xef\xbb\xbf" + json.dumps(EXPOSURE).encode())
@example(json.dumps(EXPOSURE).encode()[:-1] + b',"id":5}')
@example(b'{"id":5,' + json.dumps(EXPOSURE).encode()[1:])
@example(json.dumps(EXPOSURE | {"source": "é😀"}).encode())
def test_any_bytes_are_judged_alike(value):
    assert outcome(value) == expected(value)
