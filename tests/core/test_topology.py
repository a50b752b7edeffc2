"""The topics, and where Kafka's clients put a key."""

import pytest
from aiokafka.partitioner import murmur2 as murmur2_of_aiokafka
from hypothesis import given
from hypothesis import strategies as st

from streams.core.topology import COUNTS, EVALUATION_CHANGELOG, murmur2, partition_of, topics


def by_name(**arguments):
    return {topic.name: topic for topic in topics(4, 2, **arguments)}


@pytest.mark.parametrize(
    ("key", "signed"),
    [  # the vectors of the Java client's own test
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_the_hash_agrees_with_the_java_client(key, signed):
    assert murmur2(key) == signed % 2**32


@given(st.binary(max_size=40), st.integers(1, 100))
def test_a_key_goes_where_another_client_would_put_it(key, partitions):
    assert partition_of(key, partitions) == (murmur2_of_aiokafka(key) & 0x7FFFFFFF) % partitions


def test_a_unit_has_one_partition_in_both_source_topics():
    source = by_name()
    assert source["peekproof.exposures"].partitions == source["peekproof.conversions"].partitions == 4


def test_the_changelog_follows_the_counts_partition_by_partition():
    assert by_name()[EVALUATION_CHANGELOG].partitions == by_name()[COUNTS].partitions == 2


@pytest.mark.parametrize("name", ["peekproof.exposures", "peekproof.conversions"])
def test_live_events_carry_the_time_of_the_broker(name):
    assert by_name()[name].settings["message.timestamp.type"] == "LogAppendTime"


@pytest.mark.parametrize("name", ["peekproof.exposures", "peekproof.conversions"])
def test_historic_events_keep_their_own_time_and_are_not_deleted_for_their_age(name):
    settings = by_name(record_time="create")[name].settings
    assert (settings["message.timestamp.type"], settings["retention.ms"]) == ("CreateTime", "-1")


def test_what_ingest_writes_keeps_the_time_it_gives_and_is_deleted_for_its_age():
    rekeyed = by_name(rekeyed=["exposures"])
    settings = rekeyed["peekproof.exposures"].settings
    assert settings["message.timestamp.type"] == "CreateTime"
    assert settings["retention.ms"] == rekeyed["peekproof.conversions"].settings["retention.ms"] != "-1"
    assert rekeyed["peekproof.conversions"] == by_name()["peekproof.conversions"]


def test_historic_topics_are_kept_for_ever_also_where_ingest_writes_them():
    both = by_name(record_time="create", rekeyed=["exposures"]), by_name(record_time="create")
    assert both[0] == both[1]


@pytest.mark.parametrize("name", ["peekproof.evidence", EVALUATION_CHANGELOG])
def test_what_holds_a_latest_value_is_compacted(name):
    assert by_name()[name].settings["cleanup.policy"] == "compact"


def test_decisions_are_never_deleted():
    settings = by_name()["peekproof.decisions"].settings
    assert (settings["cleanup.policy"], settings["retention.ms"]) == ("delete", "-1")


def test_an_event_too_large_for_the_rules_is_not_too_large_for_the_broker():
    assert int(by_name()["peekproof.exposures"].settings["max.message.bytes"]) > 1_048_576 + 65_536


@pytest.mark.parametrize("name", ["peekproof.counts", "peekproof.rejected"])
def test_a_record_about_an_old_event_is_kept_by_when_it_was_written(name):
    assert by_name(record_time="create")[name].settings["message.timestamp.type"] == "LogAppendTime"
