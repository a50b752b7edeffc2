"""When nothing can change any more what units did, they are forgotten, and nothing that is counted differs."""

from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core import expiry
from streams.core.attribution import Attribution
from streams.core.cells import index
from streams.core.expiry import Expiry
from streams.core.recovery import restore
from tests.core import worlds
from tests.core.samples import (
    BOUGHT,
    DAY,
    HOUR,
    MINUTE,
    SPENT,
    START,
    arrival,
    catalogue,
    conversion,
    experiment,
    exposure,
    schedule,
)
from tests.core.worlds import cells, deliver, last, tally

STOP = {"stop_at": "2025-03-10T00:02:00Z"}


def named(id_, *metrics, **parts):
    return experiment(*metrics, metadata={"id": id_, "owner": {"name": "Ada"}}, **parts)


STOPPING = catalogue(
    experiment(*worlds.METRICS, **schedule(**STOP)),
    named("warm", *worlds.METRICS, **schedule(**STOP), exposure={"lateness": "2m", "multi_variant": "first_seen"}),
    named("bare", *worlds.BARE),
    named("late", *worlds.BARE[:1], **schedule(stop_at="2025-03-10T00:05:00Z"), exposure={"lateness": "5m"}),
)
SLICES = st.sampled_from([1, 2, 1_000])


def never(*_):
    return []


@given(worlds.worlds(), worlds.STEPS, SLICES)
def test_what_is_forgotten_changes_no_count(world, steps, size):
    forgets, remembers = Attribution(STOPPING), Attribution(STOPPING)
    with patch.object(expiry, "SLICE", size):
        for told in deliver(forgets, world, steps):
            del told
        with patch.object(Expiry, "due", never):
            list(deliver(remembers, world, steps))
        for after in (0, MINUTE, 20 * MINUTE, DAY):
            forgotten = cells(forgets, last(world) + after)
            with patch.object(Expiry, "due", never):
                assert forgotten == cells(remembers, last(world) + after)
    assert tally(forgets) == tally(remembers)


def after(*events, experiments=STOPPING, clock=0):
    core = Attribution(experiments)
    for event in events:
        kind = "conversions" if hasattr(event, "identity") else "exposures"
        core.apply(kind, [arrival(event, core.offsets[kind])])
    core.advance(START + clock)
    core.counts()
    return core


@pytest.mark.parametrize(
    "events",
    [
        [exposure(1)],
        [exposure(1), conversion(1, MINUTE)],
        [exposure(1), exposure(1, "bold", MINUTE)],
        [exposure(1, attributes={"spent": 3})],
        [exposure(1), exposure(1, experiment_id="warm")],
    ],
    ids=["quiet", "acted", "crossed", "known", "in two"],
)
def test_a_unit_goes_with_its_last_experiment(events):
    assert after(*events, clock=HOUR).units == 0
    assert after(*events, exposure(1, experiment_id="bare"), clock=HOUR).units == 1
    assert after(*events, clock=2 * MINUTE).units == 1


def test_many_units_go_some_at_a_time():
    core = after(*(exposure(unit) for unit in range(1, 8)))
    core.advance(START + DAY)
    left = []
    with patch.object(expiry, "SLICE", 3):
        for _ in range(4):
            core.counts()
            left.append(core.units)
    assert left == [4, 1, 0, 0]


def test_an_exposure_that_comes_behind_the_clock_does_not_enter_again():
    core = after(exposure(1), clock=DAY)
    before = core.counts(everything=True)[0].cells
    core.apply("exposures", [arrival(exposure(1), offset=1)])
    now = core.counts(everything=True)[0].cells
    assert (core.units, sum(now) - sum(before)) == (0, 1)


def test_what_was_forgotten_is_gone_from_the_next_snapshot_too():
    core = after(exposure(1), exposure(2, experiment_id="bare"))
    base = core.cut(whole=True)
    chain = [(base.head, [*base.pieces])]
    core.advance(START + DAY)
    delta = core.cut(whole=False)
    restored = restore(STOPPING, 0, [*chain, (delta.head, [*delta.pieces])])
    assert (restored.units, core.units) == (1, 1)
    assert restored.counts(everything=True) == core.counts(everything=True)


@pytest.mark.parametrize("settled", [False, True], ids=["open", "closed"])
@pytest.mark.parametrize(("minutes", "drift"), [(4, 0), (6, 1), (8, 0)], ids=["in time", "late", "expired"])
def test_a_reversal_counts_as_drift_until_the_experiment_expires(settled, minutes, drift):
    core = after(exposure(1), experiments=catalogue(experiment(*worlds.METRICS, **schedule(**STOP))))
    core.advance(START + minutes * MINUTE - 1)
    with patch.object(Expiry, "due", never):
        if settled:
            core.counts()
        core.apply("conversions", [arrival(conversion(1, minutes * MINUTE, target=3))])
        core.advance(START + minutes * MINUTE)
        (counts,) = core.counts(everything=True)
    assert counts.cells[index("drift")] == drift


def test_without_an_end_an_experiment_is_never_forgotten():
    assert after(exposure(1), experiments=catalogue(experiment(BOUGHT, SPENT)), clock=999 * DAY).units == 1


def test_who_goes_before_its_turn_comes_is_passed_over():
    core = Attribution(catalogue(experiment(BOUGHT, **schedule(stop_at="2025-03-10T00:02:00Z"))))
    core.apply("exposures", [arrival(exposure(unit), unit) for unit in (1, 2)])
    core.apply("conversions", [arrival(conversion(3, 8 * MINUTE))])
    with patch.object(expiry, "SLICE", 1):
        for clock, left in ((9 * MINUTE, 2), (12 * MINUTE, 0), (13 * MINUTE, 0)):
            core.advance(START + clock)
            core.counts()
            assert core.units == left
