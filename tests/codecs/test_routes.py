"""The file of routes: read strictly, refused with the place and the fix."""

import re
from pathlib import Path

import pytest

from streams.codecs.foreign import FORMATS
from streams.codecs.foreign.base import Route
from streams.codecs.routes import Routes, RoutesError, load

PAGE = Path(__file__).parents[2] / "docs" / "ingest.md"


@pytest.fixture
def read(tmp_path):
    def once(text):
        file = tmp_path / "ingest.yaml"
        file.write_text(text)
        return load(file)

    return once


def test_a_route_says_topic_and_format(read):
    assert read("ingest: [{topic: shop.events, format: cloudevents}]") == Routes((Route("shop.events", "cloudevents"),))


def test_the_kinds_that_ingest_writes_are_those_of_all_routes(read):
    one = "{topic: a, format: segment, to: [exposures]}"
    assert read(f"ingest: [{one}]").kinds == {"exposures"}
    assert read(f"ingest: [{one}, {{topic: b, format: cloudevents}}]").kinds == {"exposures", "conversions"}


def test_without_a_file_nothing_is_re_keyed():
    assert load(None).kinds == frozenset()


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "Expected `object`"),
        ("ingest: []", "ingest: no topic"),
        ("ingest: [{topic: a}]", "missing required field `format` - at `$.ingest[0]`"),
        ("ingest: [{topic: a, format: xml}]", "Invalid enum value 'xml' - at `$.ingest[0].format`"),
        ("ingest: [{topic: 'a b', format: segment}]", "at `$.ingest[0].topic`"),
        ("ingest: [{topic: a, format: segment, key: x}]", "unknown field `key`"),
        ("ingest: [{topic: a, format: segment, to: []}]", "ingest[0].to: empty"),
        ("ingest: [{topic: a, format: segment}, {topic: a, format: segment}]", "ingest[1].topic: a has a route"),
        ("ingest: [{topic: peekproof.exposures, format: cloudevents}]", "is a topic of Peekproof"),
        ("{", "not YAML"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(read, text, wrong):
    with pytest.raises(RoutesError, match=re.escape(wrong)) as caught:
        read(text)
    assert "ingest.yaml: " in str(caught.value)


def test_a_route_may_name_every_format_there_is():
    assert set(Route.__annotations__["format"].__args__) == set(FORMATS)


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_is_told_of(format_):
    assert f"`{format_}`" in PAGE.read_text()


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(ingest:.*?)```", PAGE.read_text(), re.DOTALL))
def test_every_example_of_the_page_is_accepted(read, example):
    assert read(example).ingest
