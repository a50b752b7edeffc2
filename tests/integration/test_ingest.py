"""Foreign topics are counted as if their events had come directly, whatever happens to ingest."""

import json
import time
from collections import Counter

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from streams.audit.kafka import Broker
from streams.audit.verify import Choice, verify
from streams.core.events import KINDS
from streams.core.topology import CONVERSIONS, EXPOSURES, REJECTED
from tests.services.processes import wait_for
from tests.worker.rig import (
    PARTITIONS,
    START,
    Scenario,
    event,
    exposure,
    fresh_topics,
    present,
    produce,
    read_all,
    worker,
    write_experiments,
)
from tests.worker.rig import strike as strike_directly

FOREIGN = 6
HOUR = 3_600_000
KEY = "pepper"
BAD = [b"", b"{", b"\xff"]


@pytest.fixture
def foreign(kafka, unique):
    """The name of an empty foreign topic that keeps the times of its producers."""
    make(kafka, unique, {"message.timestamp.type": "CreateTime", "retention.ms": "-1"})
    return unique


def make(bootstrap, name, settings):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    for made in admin.create_topics([NewTopic(name, FOREIGN, 1, config=settings)]).values():
        made.result()
    wait_for(lambda: name in present(admin), 60, f"topic {name}")


def routes(folder, topic, format_, to=KINDS):
    file = folder / "ingest.routes"
    file.write_text(f"ingest: [{{topic: {topic}, format: {format_}, to: [{', '.join(to)}]}}]")
    return file


def segment(topic, unit, at, value):
    """The call of Segment that says the same."""
    told = json.loads(value)
    call = {"type": "track", "messageId": told["id"], "timestamp": told["time"], "userId": unit}
    if topic == CONVERSIONS:
        return {**call, "event": told["data"]["event"]}
    names = {"experimentId": told["data"]["experiment_id"], "variationId": told["data"]["variant"]}
    return {**call, "event": "Experiment Viewed", "properties": names}


def spoken(format_, records):
    """Values with their times, as the foreign topic holds them."""
    if format_ == "cloudevents":
        return [(at, value) for _, _, at, value in records]
    return [(record[2], json.dumps(segment(*record)).encode()) for record in records]


def send(bootstrap, topic, values):
    """In turn to every partition, without a key."""
    in_order = {"enable.idempotence": True}  # what is sent again must not overtake: record times are the clock
    producer = Producer({"bootstrap.servers": bootstrap, **in_order, "linger.ms": 20})
    for number, (at, value) in enumerate(values):
        producer.produce(topic, value, partition=number % FOREIGN, timestamp=at)
        producer.poll(0)
    assert producer.flush(60) == 0


def strike(format_):
    """Something of no consequence in every foreign partition, an hour later."""
    nothing = {"event": "nothing", "unit_id": "clock"}
    at = START + HOUR
    record = CONVERSIONS, "clock", at, event("conversion", "strike", at, nothing)
    return spoken(format_, [record] * FOREIGN)


def ingest(bootstrap, folder, file, name="ingest", **settings):
    return worker(bootstrap, folder, name, run="run_ingest", ingest=file, unit_key=KEY, **settings)


def counting(bootstrap, folder, file, **settings):
    return worker(bootstrap, folder, ingest=file, unit_key=KEY, **settings)


def pipeline(process):
    """What the worker says of its sources, as soon as it says anything."""
    told = []
    process.wait_for(lambda: told.append(process.ask("/api/pipeline")) or told[-1], 60, "an answer")
    return told[-1]


def rejected(bootstrap):
    told = [json.loads(record.value()) for record in read_all(bootstrap, REJECTED)]
    return Counter((one["topic"], one["partition"], one["offset"], one["reason"]) for one in told)


def test_ingest_is_killed_and_nothing_is_lost_late_or_counted_twice(kafka, foreign, tmp_path):
    fresh_topics(kafka)
    write_experiments(tmp_path, "one")
    file = routes(tmp_path, foreign, "segment")
    first, second = Scenario("one", 0, 3_000), Scenario("one", 3_000, 3_000)
    send(kafka, foreign, spoken("segment", first.records))
    with counting(kafka, tmp_path, file) as process:
        with ingest(kafka, tmp_path, file, idle_clock="record") as doomed:
            process.wait_for(lambda: pipeline(process)["read"] >= 300, 60, "some reading")
            send(kafka, foreign, spoken("segment", second.records))
            send(kafka, foreign, [(START + HOUR, value) for value in BAD])
            doomed.kill()
        with (
            ingest(kafka, tmp_path, file, idle_clock="record"),
            ingest(kafka, tmp_path, file, name="another", idle_clock="record"),
        ):
            send(kafka, foreign, strike("segment"))
            process.wait_for_counts(first.expected + second.expected, "one", seconds=120)
            told = pipeline(process)
    assert (told["late"], told["behind_clock"], told["rejected"]) == (0, 0, {})
    assert told["watermarks"] > 0
    assert {reason for *_, reason in rejected(kafka)} == {"malformed"}
    assert {(topic, partition) for topic, partition, *_ in rejected(kafka)} == {(foreign, p) for p in range(len(BAD))}
    assert not any(b'"unit_id":"one' in record.value() for record in read_all(kafka, EXPOSURES))
    assert_verified(kafka, tmp_path)


def assert_verified(bootstrap, folder):
    report = verify(folder, Broker(bootstrap, lambda *_: None, KEY.encode()), Choice(all_=True))
    assert report.ok, report  # of what the decisions saw; there may have been no watermark yet


def test_conversions_that_come_directly_meet_the_exposures_that_ingest_writes(kafka, foreign, tmp_path):
    fresh_topics(kafka)
    write_experiments(tmp_path, "one")
    file = routes(tmp_path, foreign, "cloudevents", to=["exposures"])
    scenario = Scenario("one", 0, 1_000)
    send(kafka, foreign, [*spoken("cloudevents", scenario.records), *strike("cloudevents")])
    direct = [record for record in [*scenario.records, *strike_directly()] if record[0] == CONVERSIONS]
    produce(kafka, direct)
    with counting(kafka, tmp_path, file) as process, ingest(kafka, tmp_path, file, idle_clock="record"):
        process.wait_for_counts(scenario.expected, "one")
        assert process.stop() == 0
    assert_verified(kafka, tmp_path)


AHEAD_MS = 9_000  # of a phone whose clock is fast: a second of lateness is soon over where sending is slow


def test_the_clock_waits_for_ingest_and_an_outage_makes_nothing_late(kafka, unique, tmp_path):
    fresh_topics(kafka, record_time="append", rekeyed=KINDS)
    make(kafka, unique, {"message.timestamp.type": "LogAppendTime"})
    write_experiments(tmp_path, "one")
    file = routes(tmp_path, unique, "cloudevents")
    with counting(kafka, tmp_path, file, idle_clock="wall") as process:
        with ingest(kafka, tmp_path, file, idle_clock="wall") as doomed:
            process.wait_for(lambda: all(clocks(process)), 60, "the first watermarks")
            doomed.kill()
        process.wait_for(lambda: offsets(process) == ends(kafka), 60, "the end of the logs")
        stopped = clocks(process)
        now = int(time.time() * 1000)
        at = now + AHEAD_MS
        send(kafka, unique, [(now, exposure("one", f"u{number}", "ab"[number % 2], at)[3]) for number in range(20)])
        wait_for(lambda: time.time() * 1000 > at + 3_000, 60, "a clock that follows the wall to be elsewhere")
        assert clocks(process) == stopped
        with ingest(kafka, tmp_path, file, idle_clock="wall"):
            process.wait_for_counts({"units a": 10, "units b": 10}, "one")
            process.wait_for(lambda: min(clocks(process)) > max(stopped), 60, "the clock to go on")
        assert pipeline(process)["late"] == 0


def clocks(process):
    """Of every canonical partition; None where there is none yet."""
    return [one["clock"] for one in pipeline(process)["partitions"].values()] or [None]


def offsets(process):
    return {
        (topic, int(partition)): offset
        for partition, one in pipeline(process)["partitions"].items()
        for topic, offset in one["offsets"].items()
    }


def ends(bootstrap):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "tests"})
    places = [TopicPartition(topic, p) for topic in (EXPOSURES, CONVERSIONS) for p in range(PARTITIONS)]
    found = {(one.topic, one.partition): consumer.get_watermark_offsets(one, timeout=30)[1] for one in places}
    consumer.close()
    return found


def test_topics_that_would_set_other_times_are_refused(kafka, foreign, tmp_path):
    fresh_topics(kafka, record_time="append")
    write_experiments(tmp_path, "one")
    file = routes(tmp_path, foreign, "cloudevents")
    for run in (ingest, counting):
        with run(kafka, tmp_path, file) as process:
            assert process.exit_code(60) == 2
        assert "has LogAppendTime as message.timestamp.type" in process.log.read_text()
