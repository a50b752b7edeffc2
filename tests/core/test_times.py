"""Instants and durations: what is read, what is refused, and that nothing is lost between."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.times import (
    Instants,
    _any_instant,
    format_duration,
    format_instant,
    parse_duration,
    parse_instant,
)

BEGIN_OF_TIME = -62_135_596_800_000
END_OF_TIME = 253_402_300_799_999


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01t00:00:00z", 0),
        ("1970-01-01T00:00:00.001Z", 1),
        ("1970-01-01T00:00:00.0009Z", 0),
        ("1970-01-01T00:00:00.9999999Z", 999),
        ("1970-01-01T00:00:00.5Z", 500),
        ("1969-12-31T23:59:59.9999Z", -1),
        ("1969-12-31T23:59:58.0001Z", -2_000),
        ("1970-01-01T00:00:00.123456789012345678Z", 123),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T18:30:00-05:30", 0),
        ("1970-01-01T00:00:00-00:00", 0),
        ("1970-01-01T23:59:00+23:59", 0),
        ("1970-01-01T00:00:00.25-00:01", 60_250),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000),
        ("2000-02-29T12:00:00Z", 951_825_600_000),
        ("0001-01-01T00:00:00Z", BEGIN_OF_TIME),
        ("9999-12-31T23:59:59.999Z", END_OF_TIME),
    ],
)
def test_a_time_is_kept_in_milliseconds_rounded_down(text, milliseconds):
    assert parse_instant(text) == milliseconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2025-01-01",
        "2025-01-01T00:00:00",
        "2025-01-01 00:00:00Z",
        "2025-01-01T00:00Z",
        "2025-01-01T00:00:00.Z",
        "2025-01-01T00:00:00,5Z",
        "2025-01-01T00:00:00Z\n",
        "2025-01-01T00:00:00+01:00\n",
        " 2025-01-01T00:00:00Z",
        "2025-01-01T00:00:00Z ",
        "2025-1-1T00:00:00Z",
        "20250101T000000Z",
        "2025-01-01T00:00:00+0100",
        "2025-01-01T00:00:00+01",
        "2025-01-01T00:00:00+24:00",
        "2025-01-01T00:00:00+00:60",
        "2025-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2025-13-01T00:00:00Z",
        "2025-00-01T00:00:00Z",
        "2025-04-31T00:00:00Z",
        "2025-01-01T24:00:00Z",
        "2025-01-01T00:60:00Z",
        "2025-01-01T00:00:60Z",
        "0000-01-01T00:00:00Z",
        "-2025-01-01T00:00:00Z",
        "+12025-01-01T00:00:00Z",
        "٢٠٢٥-01-01T00:00:00Z",
        "2025-01-01T00:00:00.٥Z",
        "now",
    ],
)
def test_what_is_no_rfc_3339_time_of_the_calendar_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        parse_instant(text)


def test_a_fraction_may_be_as_long_as_it_likes():
    assert parse_instant(f"1970-01-01T00:00:00.{'1' * 40}Z") == 111


def test_the_error_shows_only_the_beginning_of_a_long_text():
    with pytest.raises(ValueError, match=r"^'x{40}' is not an RFC 3339 time such as"):
        parse_instant("x" * 1_000)


@given(st.integers(BEGIN_OF_TIME, END_OF_TIME))
def test_what_is_written_is_read_back(milliseconds):
    assert parse_instant(format_instant(milliseconds)) == milliseconds


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (END_OF_TIME + 1, "9999-12-31T23:59:59.999Z"),
        (2**63 - 1, "9999-12-31T23:59:59.999Z"),
        (BEGIN_OF_TIME - 1, "0001-01-01T00:00:00.000Z"),
    ],
)
def test_what_lies_outside_the_years_is_written_as_their_first_or_last_moment(milliseconds, text):
    assert format_instant(milliseconds) == text


@given(st.timedeltas(timedelta(-25_000), timedelta(80_000)), st.integers(-1439, 1439))
def test_a_zone_moves_the_text_and_not_the_moment(since, minutes):
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    local = (datetime(1970, 1, 1, tzinfo=UTC) + since + timedelta(minutes=minutes)).replace(tzinfo=None)
    text = f"{local.isoformat(timespec='microseconds')}{sign}{hours:02}:{rest:02}"
    assert parse_instant(text) == since // timedelta(milliseconds=1)


@given(st.text())
def test_any_other_text_is_refused_and_breaks_nothing(text):
    for parse in (parse_instant, parse_duration):
        try:
            assert isinstance(parse(text), int)
        except ValueError:
            continue


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("0s", 0),
        ("5ms", 5),
        ("30s", 30_000),
        ("5m", 300_000),
        ("24h", 86_400_000),
        ("7d", 604_800_000),
        ("1w", 604_800_000),
    ],
)
def test_a_duration_is_a_whole_number_with_a_unit(text, milliseconds):
    assert parse_duration(text) == milliseconds


@pytest.mark.parametrize(
    "text", ["", "5", "m", "5 m", "1.5h", "-5m", "+5m", "5M", "5m\n", "1h30m", "٥m", "5min", "1e3s"]
)
def test_any_other_form_is_no_duration(text):
    with pytest.raises(ValueError, match="is not a duration such as 30s, 5m, 24h or 7d"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["0s", "1ms", "30s", "90s", "5m", "1h", "1d", "7d", "365d"])
def test_a_duration_is_written_as_it_is_read(text):
    assert format_duration(parse_duration(text)) == text


def test_a_duration_is_written_in_the_largest_whole_unit():
    assert [format_duration(ms) for ms in (60_000, 86_400_000, 86_400_001)] == ["1m", "1d", "86400001ms"]


WRITTEN = [
    f"2024-02-29T23:59:{second:02}{fraction}{zone}"
    for second in (0, 1, 59, 60)
    for fraction in ("", ".000", ".001", ".010", ".100", ".999", ".99", ".9999", ".0/0", ".:00", ".00٣")
    for zone in ("Z", "z", "+01:00", "")
]


def outcome(read, text):
    """None: it is refused."""
    try:
        return read(text)
    except ValueError:
        return None


@given(st.lists(st.sampled_from(WRITTEN), max_size=20))
def test_what_was_read_before_makes_no_difference(texts):
    reader = Instants()
    assert [outcome(reader.parse, text) for text in texts] == [outcome(parse_instant, text) for text in texts]


@pytest.mark.parametrize("text", WRITTEN)
def test_a_time_is_read_at_a_glance_as_with_care(text):
    reader = Instants()
    reader.parse("2024-02-29T23:59:00Z")
    assert outcome(reader.parse, text) == outcome(_any_instant, text)
