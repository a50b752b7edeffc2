"""A producer may write any time that a calendar has, and no unit may be one that a snapshot can't tell."""

import pytest

from streams.core.attribution import Attribution
from streams.core.times import FIRST, LAST
from tests.core.samples import (
    BOUGHT,
    DAY,
    MINUTE,
    START,
    arrival,
    catalogue,
    conversion,
    experiment,
    exposure,
    restarted,
    schedule,
)

ALWAYS = catalogue(experiment(BOUGHT, **schedule(start_at=None)))
FAR = [FIRST, -5_000, (1 << 45) - MINUTE, 1 << 45, 1 << 46, LAST - MINUTE]


def story(base):
    """Two units that enter and buy, one of them seen again, and another one that only buys."""
    at = base - START
    entries = [exposure(1, at=at), exposure(2, "bold", at=at + MINUTE), exposure(1, at=at + MINUTE)]
    return entries, [conversion(1, at=at + 10), conversion(2, at=at + MINUTE, identity=2), conversion(3, at, 3)]


def counted(base):
    """The cells a day later, of a worker that was restarted twice meanwhile."""
    core = Attribution(ALWAYS)
    for kind, events in zip(("exposures", "conversions"), story(base), strict=True):
        assert core.apply(kind, [arrival(event, offset) for offset, event in enumerate(events)]) == []
    core = restarted(core, ALWAYS)
    core.advance(base + DAY)
    (counts,) = restarted(core, ALWAYS).counts(everything=True)
    return counts.cells


@pytest.mark.parametrize("base", FAR)
def test_whenever_they_enter_units_are_kept_and_counted_alike(base):
    assert sum(counted(START)) > 0
    assert counted(base) == counted(START)
