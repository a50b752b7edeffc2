"""The histogram of delays, and how counts say how old what they tell is."""

from streams.core.events import Record
from streams.worker.delays import Delays, headers, oldest


def test_a_delay_is_in_every_bucket_whose_bound_it_does_not_exceed():
    delays = Delays(lambda: 100_000)
    delays.observe([99_900, 99_700, 99_699, 10_000, 100_001])
    told = delays.told
    assert told["sum"] == 0.1 + 0.3 + 0.301 + 90
    assert list(told["buckets"].values()) == [2, 2, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 5]
    assert list(told["buckets"])[-2:] == ["60.0", "+Inf"]


def test_what_counts_say_is_read_back():
    records = [Record(0, 0, b"[]", headers(17)), Record(1, 0, b"[]", headers(None)), Record(2, 0, b"[]", headers(4))]
    assert [*oldest(records)] == [17, 4]


def test_headers_of_others_say_nothing():
    assert [*oldest([Record(0, 0, b"[]", [("traceparent", b"00-1")])])] == []
