"""A log whose last batch was lost on its way is read again; one that gets on is left alone."""

from itertools import pairwise

import pytest

from streams.worker.stalls import STALL_S, Stalls
from tests.worker.samples import Broker

PLACE, OTHER = ("peekproof.exposures", 1), ("peekproof.conversions", 1)


@pytest.fixture
def watched():
    """What is read again when the state is seen behind at these moments."""

    async def watch(*seen):
        broker, moments = Broker(), iter(moment for moment, _ in seen)
        stalls = Stalls(now=lambda: next(moments))
        for _, behind in seen:
            await stalls.watch(behind, broker)
        return broker.calls

    return watch


async def test_a_state_that_stands_still_below_the_end_is_read_on(watched):
    assert await watched((0, {PLACE: 7, OTHER: 2}), (STALL_S, {PLACE: 7})) == [("reread", PLACE, 7)]


async def test_a_state_that_gets_on_is_left_alone(watched):
    seen = [(moment, {PLACE: offset}) for offset, moment in enumerate(range(0, 60, 6))]
    assert all(after - before < STALL_S for (before, _), (after, _) in pairwise(seen))
    assert await watched(*seen) == []


async def test_a_log_is_given_time_before_it_is_read_again_once_more(watched):
    seen = [(moment * STALL_S / 4, {PLACE: 7}) for moment in range(10)]
    assert await watched(*seen) == [("reread", PLACE, 7)] * 2


async def test_what_is_no_longer_behind_is_forgotten(watched):
    assert await watched((0, {PLACE: 7}), (STALL_S / 2, {}), (STALL_S, {PLACE: 7})) == []
