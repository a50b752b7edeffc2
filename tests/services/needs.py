"""What a test needs from the machine: there, or the test is skipped for a stated reason, or CI fails for it."""

import os
from collections import Counter
from collections.abc import Iterable
from typing import NoReturn

import pytest

PREFIX = "for want of "


def missing(need: str, what: str) -> NoReturn:
    """End the test for want of `what`: skipped, unless PEEKPROOF_REQUIRE lists the need."""
    if need in os.environ.get("PEEKPROOF_REQUIRE", "").split():
        pytest.fail(f"PEEKPROOF_REQUIRE lists {need}, but there is no {what}", pytrace=False)
    pytest.skip(f"{PREFIX}{what}")


def lines(reasons: Iterable[str]) -> list[str]:
    """One line for each reason tests were skipped for, the most frequent first."""
    return [
        f"skipped {reason.removeprefix('Skipped: ')}: {count} test{'s' if count > 1 else ''}"
        for reason, count in Counter(reasons).most_common()
    ]
