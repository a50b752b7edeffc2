"""Who takes over holds the table against the log of decisions, which counts for everybody."""

import asyncio
import json

import pytest
from confluent_kafka import Producer

from streams.audit.kafka import Broker
from streams.audit.verify import Choice, verify
from streams.core.topology import DECISIONS, EVALUATION_CHANGELOG
from streams.settings import Settings
from streams.worker.rulings import Rulings
from tests.worker.rig import PARTITIONS, Scenario, fresh_topics, produce, read_all, worker, write_experiments
from tests.worker.samples import X

UNTIL = "2023-11-15T00:00:00Z"
FEW = 8  # too few to be warm
MANY = 3_000


@pytest.fixture
def fresh_kafka(kafka):
    fresh_topics(kafka)
    return kafka


def write(bootstrap, topic, partition, *values):
    producer = Producer({"bootstrap.servers": bootstrap})
    for value in values:
        producer.produce(topic, value, key=b"one", partition=partition)
    assert producer.flush(60) == 0


def decided(bootstrap):
    return [json.loads(record.value())["data"] for record in read_all(bootstrap, DECISIONS)]


def verdicts(bootstrap):
    return [(said["seq"], said["verdict"]) for said in decided(bootstrap)]


def test_a_worker_that_was_left_an_old_table_goes_on_from_the_log(fresh_kafka, tmp_path):
    write_experiments(tmp_path, "one")
    parts = [Scenario("one", 0, FEW), Scenario("one", FEW, MANY // 2), Scenario("one", MANY // 2 + FEW, MANY // 2)]
    with worker(fresh_kafka, tmp_path) as process:
        produce(fresh_kafka, parts[0].records)
        process.wait_for(lambda: verdicts(fresh_kafka) == [(1, "warming_up")], 60, "a first decision")
        produce(fresh_kafka, parts[1].records)
        process.wait_for(lambda: verdicts(fresh_kafka)[1:] == [(2, "continue")], 60, "a second decision")
        process.kill()
    oldest, *_ = read_all(fresh_kafka, EVALUATION_CHANGELOG)
    write(fresh_kafka, EVALUATION_CHANGELOG, oldest.partition(), oldest.value())  # as a worker that was paused might
    produce(fresh_kafka, parts[2].records)
    with worker(fresh_kafka, tmp_path, until=UNTIL) as process:
        process.wait_for(lambda: verdicts(fresh_kafka)[2:] == [(3, "stop_success")], 60, "a third decision")
        assert process.stop() == 0
    report = verify(tmp_path, Broker(fresh_kafka, lambda _stage, _done: None), Choice(all_=True))
    assert (report.chain, report.repeated) == ([], 0)
    assert [one.found for one in report.decisions if any(one.found.values())] == []


def test_the_log_is_read_on_from_where_it_was_read_to(fresh_kafka):
    def decision(seq):
        said = {"experiment_id": "one", "epoch": X.epoch, "config_hash": X.config_hash, "seq": seq}
        return json.dumps({"data": said}).encode()

    async def read_on():
        await rulings.read_on()
        return rulings.last(X)

    rulings = Rulings(Settings(bootstrap_servers=fresh_kafka, evaluation_partitions=PARTITIONS))
    assert asyncio.run(read_on()) is None
    write(fresh_kafka, DECISIONS, 3, decision(1), decision(2))
    assert asyncio.run(read_on()) == decision(2)
    assert asyncio.run(read_on()) == decision(2)
    write(fresh_kafka, DECISIONS, 3, decision(2) + b" ", decision(3))
    assert asyncio.run(read_on()) == decision(3)
