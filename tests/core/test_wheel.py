"""A wheel tells what a plain list of instants would tell, and no key twice."""

from hypothesis import given
from hypothesis import strategies as st

from streams.core.wheel import SPAN, Wheel

KEYS = st.integers(1, 4)
INSTANTS = st.integers(0, 40).map(lambda step: step << SPAN - 2)  # four to a bucket
STEPS = st.lists(st.tuples(KEYS, INSTANTS) | INSTANTS | st.just("first"), max_size=30)


@given(STEPS)
def test_who_is_due_is_told_when_it_is_and_the_first_beforehand(steps):
    known, clock = {}, -1
    wheel = Wheel(known.get)
    for step in steps:
        if isinstance(step, tuple) and step[1] > clock:
            known[step[0]] = step[1]
            wheel.put(step[1], step[0])
        elif step == "first":
            assert wheel.first() == min(known.values(), default=None)
        elif isinstance(step, int) and step > clock:
            clock, due = step, wheel.due(step)
            expected = {key for key, instant in known.items() if instant <= clock}
            assert expected <= set(due)  # stale ones may be told as well
            for key in expected:
                del known[key]


def test_the_due_come_bucket_by_bucket_and_those_of_the_present_one_in_their_order():
    known = {key: key << SPAN - 3 for key in (9, 5, 30, 27, 1)}
    wheel = Wheel(known.get)
    for key, instant in known.items():
        wheel.put(instant, key)
    assert list(wheel.due(20 << SPAN - 3)) == [5, 1, 9]
    assert list(wheel.due(26 << SPAN - 3)) == []
    assert list(wheel.due(30 << SPAN - 3)) == [27, 30]


def test_who_has_been_put_off_is_not_the_first():
    known = {1: 8, 2: 9}
    wheel = Wheel(known.get)
    for key, instant in known.items():
        wheel.put(instant, key)
    assert wheel.first() == 8
    known[1] = 5 << SPAN
    wheel.put(known[1], 1)
    assert wheel.first() == 9
