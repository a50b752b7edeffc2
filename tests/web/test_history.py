"""A plot shows the whole run at one resolution."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.web.history import LIMIT, History


def kept(times):
    history = History()
    for look, t in enumerate(times):
        history.add({"t": t, "look": look})
    return history.points


def test_a_short_run_is_kept_point_by_point():
    assert list(range(LIMIT)) == [point["t"] for point in kept(range(LIMIT))]


@pytest.mark.parametrize("looks", [LIMIT + 1, 5 * LIMIT, 20 * LIMIT])
def test_a_long_run_is_kept_evenly(looks):
    times = [point["t"] for point in kept(range(looks))]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert LIMIT / 2 <= len(times) <= LIMIT
    assert max(gaps) <= 4 * looks / LIMIT


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=400).map(sorted))
def test_the_first_and_the_newest_clock_are_always_there_and_time_rises(times):
    points = [point["t"] for point in kept(times)]
    assert (times[0], times[-1]) == (points[0], points[-1])
    assert sorted(set(points)) == points


def test_a_later_look_at_the_same_clock_replaces_the_earlier():
    assert kept([5, 5]) == [{"t": 5, "look": 1}]


def test_a_point_behind_the_newest_clock_is_ignored():
    assert [point["t"] for point in kept([0, 9, 3])] == [0, 9]
