"""What of a log gets into the state, whatever is delivered in whatever order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.codecs.cloudevents import Decoder
from streams.core.events import KINDS, Record
from streams.worker.reading import PATIENCE, PIECE, LogHoleError, Reading
from streams.worker.readings import Readings
from tests.worker.rig import START
from tests.worker.samples import CATALOGUE, attribution, exposed, take

LOG = exposed(0, 12)


@pytest.fixture
def reading():
    return Reading(attribution(), dict.fromkeys(KINDS, Decoder()))


def entered(reading):
    (counts,) = reading.attribution.counts(everything=True)
    return counts.cells[counts.cells.index(max(counts.cells))]


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(1, 12))))
def test_deliveries_from_anywhere_below_the_state_count_nothing_twice(stretches):
    reading = Reading(attribution(), dict.fromkeys(KINDS, Decoder()))
    for start, length in [*stretches, (0, 12)]:
        if start <= reading.offsets["exposures"]:
            take(reading, LOG[start : start + length])
    assert reading.offsets["exposures"] == len(LOG)
    assert reading.attribution.tally["read"] == len(LOG) == entered(reading)


def test_a_large_batch_is_taken_in_pieces_that_leave_others_a_chance(reading):
    batch = [Record(offset, START, b"") for offset in range(2 * PIECE + 1)]
    reached = [reading.offsets["exposures"] for _ in reading.take("exposures", batch)]
    assert reached == [PIECE, 2 * PIECE, 2 * PIECE + 1]


def test_a_hole_inside_a_batch_is_an_error_that_names_it(reading):
    with pytest.raises(LogHoleError, match=r"peekproof\.exposures/0 has no record at offset 2,"):
        take(reading, [*LOG[:2], *LOG[3:]])
    assert reading.offsets["exposures"] == 0


def test_a_hole_between_two_pieces_is_found_when_it_is_reached(reading):
    batch = [Record(offset, START, b"") for offset in range(PIECE + 2) if offset != PIECE]
    with pytest.raises(LogHoleError, match=f"no record at offset {PIECE},"):
        take(reading, batch)
    assert reading.offsets["exposures"] == PIECE


def test_records_that_are_parsed_while_they_are_read_are_not_read_further_than_a_piece_ahead(reading):
    parsed = []
    coming = (parsed.append(offset) or Record(offset, START, b"") for offset in range(3 * PIECE))
    taking = reading.take("exposures", coming)
    assert parsed == []
    next(taking)
    assert len(parsed) == PIECE == reading.offsets["exposures"]


def test_a_hole_that_stays_is_an_error_that_names_it(reading):
    for _ in range(PATIENCE):
        assert reading.miss("conversions") == 0
    with pytest.raises(LogHoleError, match=r"peekproof\.conversions/0 has no record at offset 0"):
        reading.miss("conversions")


def test_what_is_taken_ends_the_count_of_misses(reading):
    for record in LOG[:PATIENCE]:
        reading.miss("exposures")
        take(reading, [record])
    assert reading.miss("exposures") == PATIENCE


def test_a_reading_has_caught_up_when_it_holds_what_was_there_at_the_take_over(reading):
    assert not reading.caught_up
    reading.targets = {"exposures": 2, "conversions": 0}
    for record in LOG[:2]:
        assert not reading.caught_up
        take(reading, [record])
    assert reading.caught_up


def test_a_refusal_carries_the_record_it_is_about(reading):
    bad = Record(1, START, b"garbage")
    refusals = take(reading, [LOG[0], bad])
    assert refusals == [("malformed", bad)]


def test_partitions_that_stay_keep_their_state():
    readings = Readings(CATALOGUE, b"")
    readings.assign([0, 1])
    for partition in (0, 1):
        take(readings[partition], LOG[:1])
    readings.assign([1, 2])
    positions = {place: offset for place, offset in readings.positions().items() if place[0] == "peekproof.exposures"}
    assert positions == {("peekproof.exposures", 1): 1, ("peekproof.exposures", 2): 0}
