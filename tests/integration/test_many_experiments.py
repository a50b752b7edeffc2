"""Many experiments on many partitions, one of them flooded: each is counted and judged as if it were alone."""

import json

import pytest

from streams.core.topology import DECISIONS
from tests.worker import rig
from tests.worker.rig import Scenario, fresh_topics, produce, read_all, worker, write_experiments

PARTITIONS = 16
QUIET = [f"quiet-{number}" for number in range(999)]
UNITS = 40
FLOOD = 6_000
UNTIL = "2023-11-15T00:00:00Z"

pytestmark = [pytest.mark.kafka, pytest.mark.xdist_group("kafka")]


@pytest.fixture
def wide_kafka(kafka, monkeypatch):
    monkeypatch.setattr(rig, "PARTITIONS", PARTITIONS)
    fresh_topics(kafka, partitions=PARTITIONS)
    return kafka


def test_a_thousand_experiments_are_judged_on_sixteen_partitions_while_one_is_flooded(wide_kafka, tmp_path):
    write_experiments(tmp_path, "hot", *QUIET)
    hot, quiet = Scenario("hot", 0, FLOOD), {name: Scenario(name, 0, UNITS) for name in QUIET}
    records = [*hot.records, *(record for one in quiet.values() for record in one.records)]
    produce(wide_kafka, sorted(records, key=lambda record: record[2]))
    settings = {"partitions": PARTITIONS, "evaluation_partitions": PARTITIONS, "until": UNTIL}
    # Under another name: a member that comes back soon is given what it had, of topics with fewer partitions.
    with worker(wide_kafka, tmp_path, "wide", **settings) as process:
        for name, scenario in quiet.items():
            process.wait_for_counts(scenario.expected, name, seconds=90)
        process.wait_for_counts(hot.expected, "hot", seconds=90)
        process.wait_for(lambda: {"hot", *QUIET} <= judged(wide_kafka), 90, "a decision on every experiment")


def judged(bootstrap):
    return {json.loads(record.value())["subject"] for record in read_all(bootstrap, DECISIONS, PARTITIONS)}
