"""Evidence is told at once when something has happened, and seldom when only time goes by."""

import pytest

from streams.core.evaluation import look
from streams.worker.news import QUIET_S, News
from tests.worker.samples import X, counts


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def news(clock):
    return News(clock)


def state(known=None, clock=0, **units):
    return look(X, known, [counts(0, 10, 1_700_000_000_000 + clock, **units)], 1).state


def test_what_is_new_is_told_at_once_and_only_once(news):
    told = [news.take("one", state(a=50, b=units)) for units in (50, 50, 51, 51)]
    assert told == [True, False, True, False]


def test_a_later_clock_is_told_after_a_while(news, clock):
    known, told = None, []
    for clock.now in (0, QUIET_S - 1, QUIET_S, QUIET_S + 1):
        known = state(known, int(clock.now), a=50, b=50)
        told.append(news.take("one", known))
    assert told == [True, False, True, False]


def test_experiments_are_told_apart(news):
    assert [news.take(name, state(a=50, b=50)) for name in ("one", "two")] == [True, True]


def test_a_new_owner_tells_everything(news):
    news.take("one", state(a=50, b=50))
    news.forget()
    assert news.take("one", state(a=50, b=50))
