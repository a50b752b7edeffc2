"""A batch, record by record: what is told of it in numbers."""

from streams.core.events import Record
from streams.core.sifting import ACCEPTED, Other, Sifted, sift


def test_what_was_taken_before_is_left_out_and_the_latest_record_need_not_be_the_last():
    records = [Record(offset, time, b"") for offset, time in ((3, 90), (4, 70), (5, 60), (6, 50), (7, 80))]
    told = sift(records, 4, 60, lambda record: "late" if record.offset == 7 else ACCEPTED)
    assert told == Sifted(end=8, accepted=3, behind=1, latest=70, others=[Other("late", records[-1])])


def test_of_no_records_there_is_nothing_to_tell():
    assert sift([], 4, 60, lambda _: ACCEPTED) == Sifted(end=4, accepted=0, behind=0, latest=0, others=[])
