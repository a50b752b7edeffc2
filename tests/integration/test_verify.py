"""What workers decided on a broker is verified from its topics; what is missing or forged there is found."""

import json

import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from streams.audit.kafka import Broker
from streams.audit.verify import Choice, verify
from streams.codecs.decisions import decode
from streams.core.topology import CONVERSIONS, DECISIONS, EXPOSURES
from streams.lab import embedded
from tests.test_cli import call
from tests.worker.rig import PARTITIONS, Scenario, fresh_topics, produce, read_all, worker, write_experiments

UNTIL = "2023-11-15T00:00:00Z"
HALF = 1_500


@pytest.fixture(scope="module")
def decided(kafka, tmp_path_factory):
    """A broker on which two workers, the first of them killed, have judged an experiment to its end."""
    folder = write_experiments(tmp_path_factory.mktemp("decided"), "one")
    fresh_topics(kafka)
    first, second = Scenario("one", 0, HALF), Scenario("one", HALF, HALF)
    spoilt = [(EXPOSURES, f"u{number}", 1_700_000_000_000, b"{") for number in range(20)]
    produce(kafka, [*first.records, *spoilt])
    with worker(kafka, folder) as process:
        process.wait_for(lambda: read_all(kafka, DECISIONS), 30, "a first decision")
        process.kill()
    produce(kafka, second.records)
    with worker(kafka, folder, until=UNTIL) as process:
        process.wait_for_counts(first.expected + second.expected, "one")
        process.wait_for(lambda: (process.ask("/api/experiments/one") or {}).get("verdict") == "stop_success", 20, "it")
        assert process.stop() == 0
    return kafka, folder, len(first.records) + len(second.records)


def verified(kafka, folder, choice=None):
    return verify(folder, Broker(kafka, lambda _stage, _done: None), choice or Choice(all_=True))


def test_every_decision_of_killed_and_restarted_workers_is_verified(decided):
    kafka, folder, accepted = decided
    report = verified(kafka, folder)
    assert (report.chain, [one for one in report.decisions if any(one.found.values())]) == ([], [])
    assert (report.ok, report.decisions[-1].verdict) == (True, "stop_success")
    logs = {f"{topic}/{partition}" for topic in (EXPOSURES, CONVERSIONS) for partition in range(PARTITIONS)}
    assert {one.log for one in report.source} == logs
    assert (sum(one.accepted for one in report.source), sum(one.unexplained for one in report.source)) == (accepted, 0)
    assert sum(one.rejected.get("malformed", 0) for one in report.source) == 20


def test_the_command_line_says_so(decided):
    kafka, folder, _ = decided
    result = call("verify", "--experiments", folder, "--bootstrap", kafka, "--json")
    verdicts = [one["verdict"] for one in json.loads(result.stdout)["decisions"]]
    assert (result.exit_code, verdicts) == (0, ["stop_success"])


def test_a_second_decision_of_one_number_loses_and_a_forged_successor_is_found(decided):
    kafka, folder, _ = decided
    (*_, last) = sorted(read_all(kafka, DECISIONS), key=lambda record: record.offset())
    rival = last.value().replace(b'"action":"ship"', b'"action":"none"')
    seq = decode(last.value()).data.seq
    successor = rival.replace(f'"seq":{seq}'.encode(), f'"seq":{seq + 1}'.encode())
    for value in (rival, successor.replace(b'"3":', b'"9":')):  # a partition that is not there
        send(kafka, last, value)
    report = verified(kafka, folder, Choice(experiment="one"))
    places = [flaw.place for flaw in report.chain]
    assert (report.ok, report.repeated) == (False, 1)
    assert f"{DECISIONS}/{last.partition()} offset {last.offset()}" in places
    assert report.decisions[0].found["recount"] != []
    assert {one.log for one in report.source if one.unexplained} == {f"{EXPOSURES}/9", f"{CONVERSIONS}/9"}


def send(kafka, like, value):
    producer = Producer({"bootstrap.servers": kafka})
    producer.produce(DECISIONS, value, key=like.key(), partition=like.partition())
    assert producer.flush(10) == 0


def test_what_the_broker_has_deleted_is_unexplained(decided):
    kafka, folder, _ = decided
    admin = AdminClient({"bootstrap.servers": kafka})
    (deleted,) = admin.delete_records([TopicPartition(EXPOSURES, 2, 5)]).values()
    deleted.result(timeout=60)
    report = verified(kafka, folder)
    assert {one.log: one.unexplained for one in report.source}[f"{EXPOSURES}/2"] == 5
    assert report.ok is False


@pytest.mark.embedded
def test_a_broker_without_topics_is_told(tmp_path):
    write_experiments(tmp_path, "one")
    with embedded.broker() as broker, pytest.raises(ConnectionError, match=f"topic {DECISIONS} is missing"):
        verified(broker.bootstrap, tmp_path)
