"""When an experiment may be judged, and what a successor gets to know."""

import json

import pytest

from streams.core.look import Recency
from streams.worker.case import Case
from tests.worker.samples import X, counts

ENDS = {0: (10, 10), 1: (20, 20)}


def opened(ends=ENDS, value=None, **units):
    case = Case.restore(X, ends, value)
    for partition in ends:
        case.take(counts(partition, 20, **units))
    assert case.is_open
    return case


def test_nothing_is_decided_before_every_partition_has_reached_its_end():
    case = Case(X, ENDS)
    for partition, offset in [(0, 9), (1, 19), (1, 20), (0, 5)]:
        case.take(counts(partition, offset, a=50, b=50))
        assert (case.is_open, case.state, case.outbox) == (False, None, [])
    case.take(counts(0, 10, a=50, b=50))
    assert case.is_open
    (decision,) = map(json.loads, case.outbox)
    assert decision["data"]["evidence"]["units"] == {"a": 100, "b": 100}


def test_newer_counts_replace_older_ones_while_waiting():
    case = Case(X, ENDS)
    case.take(counts(0, 10, a=1, b=1))
    case.take(counts(0, 12, a=30, b=30))
    case.take(counts(1, 20))
    assert json.loads(case.outbox[0])["data"]["evidence"]["units"] == {"a": 30, "b": 30}


def test_older_counts_do_not_replace_newer_ones_while_waiting():
    case = Case(X, ENDS)
    case.take(counts(0, 12, a=30, b=30))
    case.take(counts(0, 11, a=1, b=1))
    case.take(counts(1, 20))
    assert json.loads(case.outbox[0])["data"]["evidence"]["units"] == {"a": 30, "b": 30}


def test_counts_by_another_definition_are_not_waited_for():
    case = Case(X, ENDS)
    for partition in ENDS:
        case.take(counts(partition, 99, config_hash="another"))
    assert not case.is_open


def test_a_successor_judges_only_counts_that_reach_the_clock_it_was_left():
    value = opened(a=50, b=50).keep()
    case = Case.restore(X, ENDS, value)
    for partition in ENDS:
        case.take(counts(partition, 99, clock=1_699_999_999_999))
    assert not case.is_open
    for partition in ENDS:
        case.take(counts(partition, 20, a=50, b=50))
    assert case.is_open


def test_a_successor_sends_the_same_bytes_and_decides_nothing_twice():
    first = opened(a=50, b=50)
    second = opened(value=first.keep(), a=50, b=50)
    assert second.outbox == first.outbox != []


def test_what_was_sent_is_not_sent_again():
    first = opened(a=50, b=50)
    first.outbox = []
    assert opened(value=first.keep(), a=50, b=50).outbox == []


def test_the_running_maximum_outlives_the_worker():
    first = opened(a=500, b=50)
    assert first.state.max_log_e[0] > 10
    second = opened(value=first.keep(), a=500, b=500)
    assert second.state.log_e[0] < 0
    assert second.state.max_log_e[0] == first.state.max_log_e[0]


def test_the_state_of_another_definition_is_not_taken_over():
    case = opened(a=500, b=50)
    other = Case.restore(X, ENDS, case.keep().replace(X.config_hash.encode(), b"0" * 64))
    assert (other.state, other.outbox) == (None, [])


def test_only_what_counts_cannot_bring_back_is_worth_keeping():
    case = opened(a=50, b=50)
    assert case.worth_keeping
    case.keep()
    case.take(counts(0, 21, a=51, b=50))
    assert not case.worth_keeping


@pytest.mark.parametrize("offset", [5, 20])
def test_counts_that_are_no_newer_are_counted_as_stale(offset):
    case = opened(a=50, b=50)
    case.take(counts(0, offset, a=99, b=99))
    assert case.stale == 1


def test_counts_that_are_too_old_hold_the_verdict():
    case = opened(a=50, b=50)
    clock = case.state.parts["0"].clock
    case.take(counts(0, 21, a=51, b=50), recency=Recency(clock + 1, clock + 1))
    assert (case.is_held, json.loads(case.outbox[-1])["data"]["verdict"]) == (True, "held")
    case.take(counts(0, 22, a=51, b=50), recency=Recency(clock, clock))
    assert (case.is_held, json.loads(case.outbox[-1])["data"]["verdict"]) == (False, "continue")
    assert case.worth_keeping
