"""The clock of a re-keyed source is what ingest says, whatever lies in the log."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.attribution import Attribution
from streams.core.events import KINDS, Arrival
from streams.core.recovery import restore
from streams.core.watermarks import Watermark, Watermarks
from tests.core.samples import BOUGHT, HOUR, START, arrival, catalogue, experiment, exposure

SOURCES = {"shop": 2}
MARKS = st.lists(st.dictionaries(st.integers(0, 1), st.integers(1, 9), min_size=1), max_size=6)


def mark(sources=SOURCES, **read_to):
    """`shop_0=5`: partition 0 of shop has been read up to 5."""
    found = {topic: {} for topic in sources}
    for place, time in read_to.items():
        topic, _, partition = place.rpartition("_")
        found[topic][int(partition)] = time
    return Watermark(sources, found)


def arrived(mark, offset=0):
    return Arrival(offset, 0, mark, 0)


def heard(*marks):
    watermarks = Watermarks()
    for one in marks:
        watermarks.hear(one)
    return watermarks.read_to


def test_the_slowest_partition_is_the_clock():
    assert heard(mark(shop_0=5, shop_1=3)) == 3


def test_what_has_not_been_heard_of_may_still_hold_anything():
    assert heard() == 0
    assert heard(mark(shop_0=5)) == 0


def test_each_process_tells_of_its_own_partitions():
    assert heard(mark(shop_0=5), mark(shop_1=7)) == 5


def test_a_partition_whose_reader_has_died_stands_still_until_another_tells_of_it():
    died = mark(shop_0=5, shop_1=5), mark(shop_0=9)
    assert heard(*died) == 5
    assert heard(*died, mark(shop_0=9, shop_1=8)) == 8


def test_a_process_that_wakes_up_takes_nothing_back():
    assert heard(mark(shop_0=5, shop_1=5), mark(shop_0=2, shop_1=2)) == 5


def test_a_new_topic_is_waited_for_and_one_that_is_gone_is_not():
    both = {"shop": 1, "app": 1}
    assert heard(mark(sources={"shop": 1}, shop_0=5), mark(sources=both, shop_0=6)) == 0
    assert heard(mark(sources=both, shop_0=5, app_0=2), mark(sources={"shop": 1}, shop_0=7)) == 7


@given(MARKS, st.randoms())
def test_the_order_in_which_processes_speak_does_not_matter(told, random):
    marks = [Watermark(SOURCES, {"shop": times}) for times in told]
    shuffled = random.sample(marks, len(marks))
    assert heard(*marks) == heard(*shuffled)


@pytest.fixture
def x():
    return experiment(BOUGHT)


@pytest.fixture
def core(x):
    return Attribution(catalogue(x), rekeyed=KINDS)


def tell(core, instant, offset=0, kinds=KINDS):
    for kind in kinds:
        core.apply(kind, [arrived(mark({"shop": 1}, shop_0=instant), offset)])


def test_events_do_not_move_the_clock_of_a_re_keyed_source(core):
    core.apply("exposures", [arrival(exposure(unit=1), offset=0)])
    core.apply("conversions", [])
    assert core.clock == 0
    tell(core, START + 7, offset=1)
    assert core.clock == START + 7


def test_a_watermark_is_no_event(core):
    tell(core, START)
    assert core.offsets == {"exposures": 1, "conversions": 1}
    assert +core.tally == {"watermarks": 2}


def test_a_watermark_that_is_read_twice_is_heard_once(core):
    tell(core, START)
    tell(core, START)
    assert core.tally["watermarks"] == 2


def test_the_wall_clock_says_nothing_about_a_re_keyed_source(core):
    core.idle("exposures", START)
    core.idle("conversions", START)
    assert core.clock == 0


def test_of_two_sources_of_which_one_is_re_keyed_the_slower_is_the_clock(x):
    core = Attribution(catalogue(x), rekeyed=["conversions"])
    core.idle("exposures", START + HOUR)
    assert core.clock == 0
    tell(core, START + 5, kinds=["conversions"])
    assert core.clock == START + 5
    tell(core, START + 2 * HOUR, offset=1, kinds=["conversions"])
    assert core.clock == START + HOUR


def test_what_was_heard_is_still_known_after_a_snapshot(core, x):
    core.apply("exposures", [arrived(mark(shop_0=START + 5, shop_1=START + 9))])
    core.apply("conversions", [arrived(mark(shop_0=START + 8))])
    cut = core.cut(whole=True)
    after = restore(catalogue(x), 0, [(cut.head, list(cut.pieces))], rekeyed=KINDS)
    for one in (core, after):
        one.apply("conversions", [arrived(mark(shop_1=START + 3), offset=1)])
    assert after.clock == core.clock == START + 3
