"""What waits without a name is told as it would be told one by one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from streams.core.ledger import Ledger
from streams.core.maturing import Line, Maturing
from streams.core.quiet import Arms
from streams.core.rows import ARM, MASK
from tests.core.samples import BOUGHT, MINUTE, START, catalogue, experiment, schedule

WAIT = MINUTE
TIMES = st.integers(0, 40).map(lambda step: step << 8)  # four to a bucket
LATER = BOUGHT | {"id": "again", "role": "secondary", "window": {"length": "9m"}}
WARM = {"metadata": {"id": "warm", "owner": {"name": "Ada"}}} | schedule(warmup="1m")
ENTRIES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30), st.booleans()), max_size=12)
CLOCKS = st.lists(st.integers(0, 60), max_size=6).map(sorted)


@given(st.lists(st.tuples(TIMES, st.booleans()), max_size=20), st.lists(TIMES, max_size=5).map(sorted))
def test_a_line_tells_what_came_and_what_of_it_was_withdrawn_by_time(words, edges):
    line, left = Line(WAIT), []
    for time, stays in words:
        line.put(time << ARM)
        if stays:
            left.append(time << ARM)
        else:
            line.withdraw(time << ARM)
    for edge in edges:
        came, gone = (words.tolist() for words in line.below(edge << ARM))
        for word in gone:
            came.remove(word)
        assert sorted(came) == sorted(word for word in left if word < edge << ARM)
        left = [word for word in left if word >= edge << ARM]
        assert line.first() == min(left, default=None)


@given(ENTRIES, CLOCKS)
def test_entries_mature_when_each_of_them_does(entries, clocks):
    """Half of the arms have a warm-up, so that it matters when somebody entered."""
    experiments = tuple(catalogue(experiment(BOUGHT, LATER), experiment(BOUGHT, LATER, **WARM)))
    arms = Arms(experiments)
    together, alone = Ledger(experiments), Ledger(experiments)
    maturing = Maturing(arms, together)
    words = [((START + minute * MINUTE) << ARM | place, stays) for place, minute, stays in entries]
    for word, stays in words:
        maturing.put(word)
        if not stays:
            maturing.withdraw(word)
    for minute in [*clocks, 70]:
        clock = START + minute * MINUTE
        before, told = maturing.clock, [(arms[word & MASK], word >> ARM) for word, stays in words if stays]
        dues = [due for arm, time in told if (due := arm.next(time, before)) is not None]
        assert maturing.first() == min(dues, default=None)
        maturing.run(clock)
        for arm, time in told:
            alone.add(arm.number, arm.added(time, before), -1)
            alone.add(arm.number, arm.added(time, clock))
        assert together.cells == alone.cells


def test_who_enters_late_waits_for_what_is_left():
    experiments = tuple(catalogue(experiment(BOUGHT, LATER)))
    arms = Arms(experiments)
    maturing = Maturing(arms, Ledger(experiments))
    maturing.run(START + 8 * MINUTE)
    maturing.put(START << ARM)
    assert maturing.first() == START + 10 * MINUTE
    maturing.withdraw(START << ARM)
    assert maturing.first() is None


def test_who_is_resumed_between_two_maturities_waits_for_what_is_left():
    experiments = tuple(catalogue(experiment(BOUGHT, LATER)))
    maturing = Maturing(Arms(experiments), Ledger(experiments))
    maturing.clock = START + 8 * MINUTE
    maturing.resume(np.array([START << ARM]))
    assert maturing.first() == START + 10 * MINUTE
