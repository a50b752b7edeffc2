"""A worker goes on from its snapshots: it reads what came since, and refuses what it could only count wrongly."""

from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from streams.core.topology import CONVERSIONS, EXPOSURES, SNAPSHOTS, topics
from streams.lab import embedded
from tests.worker.rig import PARTITIONS, Scenario, fresh_topics, produce, read_all, strike, worker, write_experiments

KAFKA = [pytest.mark.kafka, pytest.mark.xdist_group("kafka")]
FIRST, SECOND = Scenario("one", 0, 2_000), Scenario("one", 2_000, 500)


@pytest.fixture
def fresh_kafka(kafka):
    fresh_topics(kafka)
    return kafka


@pytest.fixture(params=[pytest.param("embedded", marks=pytest.mark.embedded), pytest.param("kafka", marks=KAFKA)])
def broker(request):
    """An address, and the settings that suit it."""
    if request.param == "kafka":
        yield request.getfixturevalue("fresh_kafka"), {}
        return
    with embedded.broker() as it:
        for topic in topics(PARTITIONS, PARTITIONS):
            it.create(topic.name, topic.partitions)
        yield it.bootstrap, {"session_timeout_s": 3, "fetch_wait_ms": 20}


@contextmanager
def running(bootstrap, folder, **settings):
    with worker(bootstrap, folder, **{"snapshot_every_s": 0.5, **settings}) as process:
        yield process


def partitions(process):
    return (process.ask("/api/pipeline") or {"partitions": {}})["partitions"].values()


def offsets(process, what="offsets"):
    return [tuple(one[what].values()) for one in partitions(process)]


def read(process, records):
    """Wait until so many records are in the state of all partitions."""
    process.wait_for(lambda: sum(map(sum, offsets(process))) == records, 90, f"{records} records in the state")


def kept(process):
    """Wait until a snapshot has all that is in the state now."""
    now = datetime.now(UTC).isoformat()
    process.wait_for(lambda: all((one["snapshot"] or "") > now for one in partitions(process)), 90, "snapshots")


def recovered(process):
    process.wait_for(lambda: (process.ask("/api/pipeline") or {}).get("recovering") is False, 90, "recovery")


def read_anew(process):
    events = (process.ask("/api/pipeline") or {"events": {}})["events"]
    return sum(count for one in events.values() for count in (one["accepted"], one["late"], *one["rejected"].values()))


@pytest.mark.parametrize("ends", ["killed", "stopped"])
def test_a_successor_goes_on_without_reading_the_source_again(broker, tmp_path, ends):
    bootstrap, settings = broker
    write_experiments(tmp_path, "one", "clock")
    produce(bootstrap, FIRST.records)
    every = 0.5 if ends == "killed" else 3_600  # then there is no other than the last one
    with running(bootstrap, tmp_path, snapshot_every_s=every, **settings) as process:
        read(process, len(FIRST.records))
        reached = offsets(process)
        if ends == "killed":
            kept(process)
            process.kill()
        else:
            assert process.stop() == 0
    with running(bootstrap, tmp_path, **settings) as process:
        recovered(process)
        assert (offsets(process, "restored"), read_anew(process)) == (reached, 0)
        produce(bootstrap, [*SECOND.records, *strike()])
        process.wait_for_counts(FIRST.expected + SECOND.expected, "one", seconds=90)
        assert offsets(process, "restored") == reached


@pytest.fixture
def left_behind(fresh_kafka, tmp_path):
    """A broker with the source and the snapshots of a worker that is gone, and where its states were."""
    write_experiments(tmp_path, "one", "clock")
    produce(fresh_kafka, FIRST.records)
    with running(fresh_kafka, tmp_path) as process:
        read(process, len(FIRST.records))
        kept(process)
        reached = offsets(process)
        process.kill()
    return fresh_kafka, reached


def spoil(bootstrap):
    """Put something else in the place of every chunk."""
    chunks = {(one.partition(), one.key()) for one in read_all(bootstrap, SNAPSHOTS) if one.key().startswith(b"c/")}
    producer = Producer({"bootstrap.servers": bootstrap})
    for partition, key in chunks:
        producer.produce(SNAPSHOTS, b"\x01spoilt", key=key, partition=partition)
    assert producer.flush(60) == 0


@pytest.mark.kafka
@pytest.mark.xdist_group("kafka")
def test_a_damaged_snapshot_is_not_used(left_behind, tmp_path):
    bootstrap, _ = left_behind
    spoil(bootstrap)
    with running(bootstrap, tmp_path) as process:
        read(process, len(FIRST.records))
        assert offsets(process, "restored") == [(0, 0)] * PARTITIONS
        produce(bootstrap, strike())
        process.wait_for_counts(FIRST.expected, "one", seconds=90)


def shorten(bootstrap, reached):
    """Delete all records of the source below these offsets."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    places = [
        TopicPartition(topic, partition, offset)
        for partition, pair in enumerate(reached)
        for topic, offset in zip((EXPOSURES, CONVERSIONS), pair, strict=True)
    ]
    for deleted in admin.delete_records(places).values():
        deleted.result(timeout=60)


@pytest.mark.kafka
@pytest.mark.xdist_group("kafka")
def test_a_source_may_lose_what_is_in_a_snapshot(left_behind, tmp_path):
    bootstrap, reached = left_behind
    shorten(bootstrap, reached)
    produce(bootstrap, [*SECOND.records, *strike()])
    with running(bootstrap, tmp_path) as process:
        process.wait_for_counts(FIRST.expected + SECOND.expected, "one", seconds=90)


@pytest.mark.kafka
@pytest.mark.xdist_group("kafka")
def test_a_source_that_lost_what_no_snapshot_has_is_refused(left_behind, tmp_path):
    bootstrap, reached = left_behind
    produce(bootstrap, SECOND.records)
    (exposures, conversions), *others = reached
    shorten(bootstrap, [(exposures + 1, conversions), *others])
    with running(bootstrap, tmp_path) as process:
        assert process.exit_code(90) == 1
    refusal = f"{EXPOSURES} begins at offset {exposures + 1}, but its state needs it from {exposures}"
    assert refusal in process.log.read_text()
