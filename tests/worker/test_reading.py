"""What of a log gets into the state, whatever is delivered in whatever order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.codecs.cloudevents import Decoder
from streams.core.events import Record
from streams.worker.reading import PATIENCE, LogHoleError, Reading
from streams.worker.readings import Readings
from tests.worker.rig import START, exposure
from tests.worker.samples import CATALOGUE, attribution

LOG = [Record(n, START + n, exposure("one", f"unit {n}", "a", START + n)[3]) for n in range(12)]


def new_reading():
    return Reading(attribution(), Decoder())


def entered(reading):
    (counts,) = reading.attribution.counts(everything=True)
    return counts.cells[counts.cells.index(max(counts.cells))]


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(1, 12))), st.data())
def test_deliveries_from_anywhere_leave_no_hole_and_count_nothing_twice(stretches, data):
    reading = new_reading()
    for start, length in stretches:
        for record in LOG[start : start + length]:
            reading.collect("exposures", record)
        if data.draw(st.booleans()):
            reading.apply()
    for record in LOG:
        reading.collect("exposures", record)
    reading.apply()
    assert reading.offsets["exposures"] == len(LOG)
    assert reading.attribution.tally["read"] == len(LOG) == entered(reading)


def test_a_gap_is_asked_for_again_and_then_taken():
    reading = new_reading()
    reading.collect("exposures", LOG[0])
    reading.collect("exposures", LOG[5])
    reading.apply()
    assert reading.missed() == {"exposures": 1}
    assert reading.missed() == {}
    for record in LOG[1:]:
        reading.collect("exposures", record)
    reading.apply()
    assert reading.offsets["exposures"] == len(LOG)


def test_a_hole_that_stays_is_an_error_that_names_it():
    reading = new_reading()
    for _ in range(PATIENCE):
        reading.collect("conversions", LOG[5])
        assert reading.missed() == {"conversions": 0}
    reading.collect("conversions", LOG[5])
    with pytest.raises(LogHoleError, match=r"peekproof\.conversions/0 has no record at offset 0"):
        reading.missed()


def test_a_reading_has_caught_up_when_it_holds_what_was_there_at_the_take_over():
    reading = new_reading()
    assert not reading.caught_up
    reading.targets = {"exposures": 2, "conversions": 0}
    for record in LOG[:2]:
        assert not reading.caught_up
        reading.collect("exposures", record)
        reading.apply()
    assert reading.caught_up


def test_a_refusal_carries_the_record_it_is_about():
    reading = new_reading()
    bad = Record(1, START, b"garbage")
    reading.collect("exposures", LOG[0])
    reading.collect("exposures", bad)
    assert [(one.partition, one.rejected.reason, one.record) for one in reading.apply()] == [(0, "malformed", bad)]


def test_partitions_that_stay_keep_their_state_and_drop_what_was_not_applied():
    readings = Readings(CATALOGUE, b"")
    readings.assign([0, 1])
    for partition in (0, 1):
        readings.collect("peekproof.exposures", partition, LOG[0])
        readings[partition].apply()
        readings.collect("peekproof.exposures", partition, LOG[1])
    readings.assign([1, 2])
    assert [reading.apply() for reading in readings.values()] == [[], []]
    positions = {place: offset for place, offset in readings.positions().items() if place[0] == "peekproof.exposures"}
    assert positions == {("peekproof.exposures", 1): 1, ("peekproof.exposures", 2): 0}


def test_records_of_other_partitions_are_left_alone():
    readings = Readings(CATALOGUE, b"")
    readings.assign([0])
    readings.collect("peekproof.exposures", 3, LOG[0])
    assert readings.positions() == {("peekproof.exposures", 0): 0, ("peekproof.conversions", 0): 0}
    assert list(readings) == [0]
