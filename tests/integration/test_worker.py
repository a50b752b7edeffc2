"""The worker on a broker: what was sent is what is counted, whatever happens to the worker."""

import json
import os
import signal
from collections import Counter
from contextlib import contextmanager

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from streams.core.topology import DECISIONS, EXPOSURES, topics
from streams.lab import embedded
from tests.worker.rig import (
    PARTITIONS,
    Scenario,
    fresh_topics,
    matured,
    produce,
    read_all,
    strike,
    worker,
    write_experiments,
)

UNTIL = "2023-11-15T00:00:00Z"


@contextmanager
def embedded_broker():
    with embedded.broker() as broker:
        for topic in topics(PARTITIONS, PARTITIONS):
            broker.create(topic.name, topic.partitions)
        yield broker.bootstrap


@pytest.fixture
def fresh_kafka(kafka):
    fresh_topics(kafka)
    return kafka


@pytest.fixture(
    params=[
        pytest.param("embedded", marks=pytest.mark.embedded),
        pytest.param("kafka", marks=[pytest.mark.kafka, pytest.mark.xdist_group("kafka")]),
    ]
)
def broker(request):
    """An address, and the settings that suit it."""
    if request.param == "kafka":
        yield request.getfixturevalue("fresh_kafka"), {}
        return
    with embedded_broker() as bootstrap:
        yield bootstrap, {"session_timeout_s": 3, "fetch_wait_ms": 20}


def some_reading(process, records=500):
    process.wait_for(lambda: (process.ask("/api/pipeline") or {}).get("read", 0) >= records, 30, "some reading")


def test_what_was_sent_is_counted_and_matured(broker, tmp_path):
    bootstrap, settings = broker
    write_experiments(tmp_path, "one")
    scenario = Scenario("one", 0, 3_000)
    produce(bootstrap, scenario.records)
    with worker(bootstrap, tmp_path, until=UNTIL, **settings) as process:
        process.wait_for_counts(scenario.expected, "one")
        expected = {"a": scenario.expected["units a"], "b": scenario.expected["units b"]}
        process.wait_for(lambda: matured(process.ask("/api/experiments/one")) == expected, 10, "maturity")
        series = 'peekproof_units{experiment="one"'
        process.wait_for(lambda: process.says(series), 10, "the experiment's series")
        assert process.stop() == 0


def test_no_decision_is_made_before_all_that_was_there_is_read(fresh_kafka, tmp_path):
    write_experiments(tmp_path, "one")
    scenario = Scenario("one", 0, 2_000)
    produce(fresh_kafka, scenario.records)
    with worker(fresh_kafka, tmp_path, until=UNTIL, round_ms=20) as process:
        process.wait_for_counts(scenario.expected, "one")
    first = json.loads(read_all(fresh_kafka, DECISIONS)[0].value())
    assert (
        sum(first["data"]["evidence"]["units"].values()) == scenario.expected["units a"] + scenario.expected["units b"]
    )


def test_a_killed_worker_is_rebuilt_to_the_same_counts(fresh_kafka, tmp_path):
    write_experiments(tmp_path, "one")
    first, second = Scenario("one", 0, 2_000), Scenario("one", 2_000, 2_000)
    produce(fresh_kafka, first.records)
    with worker(fresh_kafka, tmp_path, until=UNTIL) as process:
        some_reading(process)
        produce(fresh_kafka, second.records)
        process.kill()
    with worker(fresh_kafka, tmp_path, until=UNTIL) as process:
        process.wait_for_counts(first.expected + second.expected, "one")


def test_two_workers_share_the_partitions_and_one_takes_over(fresh_kafka, tmp_path):
    names = ["one", "two", "three"]
    write_experiments(tmp_path, *names, "clock")
    parts = [[Scenario(name, number * 600, 600) for name in names] for number in range(3)]
    records = [[record for scenario in part for record in scenario.records] for part in parts]
    expected = [sum((scenario.expected for scenario in part), Counter()) for part in parts]
    produce(fresh_kafka, records[0])
    with worker(fresh_kafka, tmp_path, "left") as left:
        some_reading(left)
        with worker(fresh_kafka, tmp_path, "right") as right:
            for process in (left, right):
                process.wait_for(lambda one=process: shares(one) == 2, 30, "a fair share")
            produce(fresh_kafka, records[1])
            for process in (left, right):
                process.wait_for_counts(units(expected[0] + expected[1]), *names)
            right.kill()
        produce(fresh_kafka, [*records[2], *strike()])
        left.wait_for_counts(expected[0] + expected[1] + expected[2], *names)
        assert shares(left) == PARTITIONS


def shares(process):
    return len((process.ask("/api/pipeline") or {"partitions": {}})["partitions"])


def units(expected):
    """The part of it that does not wait for the clock."""
    return {name: count for name, count in expected.items() if not name.startswith("conversions")}


def test_a_source_that_lost_its_beginning_is_refused(fresh_kafka, tmp_path):
    write_experiments(tmp_path, "one")
    produce(fresh_kafka, Scenario("one", 0, 100).records)
    admin = AdminClient({"bootstrap.servers": fresh_kafka})
    (deleted,) = admin.delete_records([TopicPartition(EXPOSURES, 2, 5)]).values()
    deleted.result(timeout=60)
    with worker(fresh_kafka, tmp_path) as process:
        assert process.exit_code() == 1
    assert "peekproof.exposures begins at offset 5, but its state needs it from 0" in process.log.read_text()


def test_records_that_are_deleted_before_they_are_read_end_the_worker(fresh_kafka, tmp_path):
    write_experiments(tmp_path, "one")
    first, second = Scenario("one", 0, 200), Scenario("one", 200, 2_000)
    produce(fresh_kafka, first.records)
    with worker(fresh_kafka, tmp_path) as process:
        some_reading(process, len(first.records))
        os.kill(process.pid, signal.SIGSTOP)
        produce(fresh_kafka, second.records[:10])  # the fetch that waits at the broker is answered with these
        produce(fresh_kafka, second.records[10:])
        delete_all_but_one(fresh_kafka, TopicPartition(EXPOSURES, 1))
        os.kill(process.pid, signal.SIGCONT)
        assert process.exit_code() == 1
    assert "the broker has deleted records; raise retention.ms" in process.log.read_text()


def delete_all_but_one(bootstrap, place):
    address = {"bootstrap.servers": bootstrap}
    consumer, admin = Consumer({**address, "group.id": "tests"}), AdminClient(address)
    place.offset = consumer.get_watermark_offsets(place, timeout=60)[1] - 1
    consumer.close()
    (deleted,) = admin.delete_records([place]).values()
    deleted.result(timeout=60)


LOSE_EVERY_FIFTH = """
from streams.worker.transport.consumer import Consumer
deliver, count = Consumer.getmany, 0

async def lose(self, timeout):
    global count
    async for delivered in deliver(self, timeout):
        count += 1
        if count % 5:
            yield delivered

Consumer.getmany = lose
"""


def test_batches_that_are_lost_on_their_way_are_read_again(fresh_kafka, tmp_path):
    write_experiments(tmp_path, "one", "clock")
    parts = [Scenario("one", number * 300, 300) for number in range(6)]
    with worker(fresh_kafka, tmp_path, prelude=LOSE_EVERY_FIFTH) as process:
        for part in parts:
            produce(fresh_kafka, part.records)
        produce(fresh_kafka, strike())
        process.wait_for_counts(sum((part.expected for part in parts), Counter()), "one")


LOSE_THE_BROKER = """
from aiokafka.errors import KafkaConnectionError
from streams.worker.rulings import Rulings

async def lose(self):
    raise KafkaConnectionError("gone")

Rulings.read_on = lose
"""


def test_a_worker_that_can_not_find_out_what_it_takes_over_ends(fresh_kafka, tmp_path):
    """Faust would log it, and the worker would never judge."""
    write_experiments(tmp_path, "one")
    with worker(fresh_kafka, tmp_path, prelude=LOSE_THE_BROKER) as process:
        assert process.exit_code() == 1
    assert "taking partitions over has failed" in process.log.read_text()


def test_a_worker_without_topics_says_how_to_make_them(tmp_path):
    write_experiments(tmp_path, "one")
    with embedded.broker() as broker, worker(broker.bootstrap, tmp_path) as process:
        assert process.exit_code() == 2
    assert "topic peekproof.exposures is missing; create it with `peekproof topics apply`" in process.log.read_text()


def test_a_definition_without_a_start_is_refused(tmp_path):
    (definition,) = write_experiments(tmp_path, "one").glob("*.yaml")
    definition.write_text(definition.read_text().replace("start_at: 2023-11-14T00:00:00Z, ", ""))
    with worker("127.0.0.1:1", tmp_path) as process:
        assert process.exit_code() == 2
    assert "/schedule/start_at is missing; set it" in process.log.read_text()
