"""A unit whose events came in two ways is one unit."""

import json

import pytest

from streams.audit.counting.lines import read
from streams.audit.naming import naming
from streams.codecs.cloudevents import Decoder
from streams.codecs.rekeyed import pseudonym
from tests.codecs.samples import CONVERSION, EXPOSURE, changed

KEY = b"pepper"
NAME = pseudonym(Decoder(KEY).unit("8f3a"))


def event(body, unit_id="8f3a"):
    return read(json.dumps(changed(body, "data.unit_id", unit_id)).encode(), 0, 0)


@pytest.mark.parametrize("body", [EXPOSURE, CONVERSION])
def test_with_the_key_a_raw_id_gets_the_name_that_ingest_writes(body):
    name = naming(KEY)
    assert name(event(body)) == name(event(body, NAME)) == event(body, NAME)


def test_without_a_key_every_id_is_what_it_is():
    name = naming(b"")
    assert name(event(EXPOSURE)).unit == "8f3a"
    assert name(event(EXPOSURE, NAME)).unit == NAME


def test_what_is_no_event_has_no_unit():
    assert naming(KEY)("malformed") == "malformed"
