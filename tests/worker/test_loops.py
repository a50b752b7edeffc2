"""How often a step is taken."""

import pytest

from streams.worker import loops


class Clock:
    """A time in which only pauses pass, and the step; it ends after some steps."""

    def __init__(self, takes):
        self.now, self.takes, self.pauses = 0.0, takes, []

    def monotonic(self):
        return self.now

    async def sleep(self, seconds):
        self.pauses.append(seconds)
        self.now += seconds

    async def step(self):
        if not self.takes:
            raise EOFError
        self.now += self.takes.pop(0)


@pytest.fixture
def pauses(monkeypatch):
    async def taken(takes, repeat, *how):
        clock = Clock(takes)
        monkeypatch.setattr(loops.asyncio, "sleep", clock.sleep)
        monkeypatch.setattr(loops.time, "monotonic", clock.monotonic)
        with pytest.raises(EOFError):
            await repeat(*how, clock.step)
        return clock.pauses

    return taken


async def test_a_step_begins_so_often_and_a_long_one_gets_half_of_the_time_but_delays_no_other(pauses):
    took = [0.0, 0.25, 0.5, 0.75, 8.0]
    assert await pauses(took, loops.every, 1.0) == [1.0, 1.0, 0.75, 0.5, 0.75, 1.0]


async def test_a_dear_step_is_taken_the_less_often_within_bounds(pauses):
    assert await pauses([0.0, 0.25, 8.0, 0.0], loops.seldom, 1.0, 5.0, 0.125) == [1.0, 1.0, 2.0, 5.0, 1.0]
