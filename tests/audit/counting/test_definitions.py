"""How the recount reads what a definition says of times and durations."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from streams.audit.counting.definitions import duration, instant
from streams.core.times import parse_duration, parse_instant

MIDNIGHT = parse_instant("2025-03-10T00:00:00Z")


@pytest.mark.parametrize("text", ["0s", "500ms", "30s", "5m", "24h", "7d", "2w"])
def test_a_duration_is_what_the_product_takes_it_for(text):
    assert duration(text) == parse_duration(text)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (None, None),
        ("2025-03-10T00:00:00Z", MIDNIGHT),
        (date(2025, 3, 10), MIDNIGHT),
        (datetime(2025, 3, 10), MIDNIGHT),  # noqa: DTZ001  (YAML gives such)
        (datetime(2025, 3, 10, tzinfo=UTC), MIDNIGHT),
        (datetime(2025, 3, 10, 2, tzinfo=timezone(timedelta(hours=2))), MIDNIGHT),
    ],
)
def test_a_moment_is_read_in_every_form_of_yaml(written, expected):
    assert instant(written) == expected
