"""What only an owner may write waits for the group, and is not written once the place is lost."""

import asyncio

import pytest

from streams.worker import lease as module
from streams.worker.lease import Lease, uptime
from tests.worker.transport.conftest import DiedError

SESSION, PATIENCE = 10, 120


class Clock:
    """Stands still between two settings, and strikes a second at every pause."""

    def __init__(self):
        self.now = 1_000.0

    async def sleep(self, _):
        self.now += 1
        await asyncio.sleep(0)


@pytest.fixture
def clock(monkeypatch):
    def die(reason):
        raise DiedError(reason)

    clock = Clock()
    monkeypatch.setattr(module, "die", die)
    monkeypatch.setattr(module, "asyncio", clock)
    return clock


@pytest.fixture
def lease(clock):
    return Lease(SESSION, PATIENCE, lambda: clock.now)


async def test_it_lasts_for_a_session_after_the_question_that_was_answered(lease, clock):
    lease.renew(asked=clock.now)
    clock.now += SESSION - 0.1
    before = clock.now
    await lease.hold()
    assert clock.now == before


@pytest.mark.parametrize("passed", [SESSION, 3_600])
async def test_whoever_slept_through_a_session_waits_for_an_answer(lease, clock, passed):
    lease.renew(asked=clock.now)
    clock.now += passed
    holds = asyncio.ensure_future(lease.hold())
    await asyncio.sleep(0)
    assert not holds.done()
    lease.renew(asked=clock.now)
    await holds


async def test_nothing_is_written_before_the_group_has_answered_at_all(lease):
    with pytest.raises(DiedError, match="may have been replaced"):
        await lease.hold()


async def test_whoever_is_out_ends_instead_of_writing(lease, clock):
    lease.renew(asked=clock.now)
    lease.lose()
    before = clock.now
    with pytest.raises(DiedError, match="not written"):
        await lease.hold()
    assert clock.now == before


async def test_whoever_waits_hears_that_it_is_out(lease):
    holds = asyncio.ensure_future(lease.hold())
    await asyncio.sleep(0)
    lease.lose()
    with pytest.raises(DiedError):
        await holds


async def test_whoever_has_joined_anew_writes(lease, clock):
    lease.lose()
    lease.renew(asked=clock.now)
    await lease.hold()


async def test_a_group_that_never_answers_is_waited_for_as_long_as_a_broker_is(lease, clock):
    before = clock.now
    with pytest.raises(DiedError):
        await lease.hold()
    assert clock.now == before + PATIENCE


def test_time_goes_on():
    before = uptime()
    assert uptime() >= before
