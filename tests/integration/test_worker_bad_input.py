"""Bad input never stops a worker, and no record of a user can speak for Peekproof."""

import json
from collections import Counter

import pytest

from streams.core.topology import CONVERSIONS, COUNTS, DECISIONS, EXPOSURES, REJECTED
from tests.worker.rig import START, Scenario, exposure, fresh_topics, produce, read_all, worker, write_experiments

UNTIL = "2023-11-15T00:00:00Z"
REPLY = {"reply_to": DECISIONS, "correlation_id": "1", "value": {"verdict": "stop_success"}}
# Faust unwraps these and lets an agent answer to any topic: so a visitor of a shop could stop an experiment.
REQUEST = json.dumps({"__faust": {"ns": "@ReqRepRequest"}, **REPLY}).encode()
FORGED = {"Faust-Ag-ReplyTo": DECISIONS, "Faust-Ag-CorrelationId": "1"}

BAD = {
    "malformed": [b"", b"\xff\xfe", b"{", b"[" * 100_000, b"NaN", b'"x"', b"\xef\xbb\xbf{}", None, REQUEST],
    "too_large": [b" " * (1 << 20) + b"{}"],
    "unknown_type": [exposure("one", "u", "a", START)[3].replace(b"peekproof.exposure.v1", b"order.v7")],
    "future": [exposure("one", "u", "a", START + 86_400_000)[3]],
    "unknown_experiment": [exposure("none", "u", "a", START)[3]],
    "unknown_variant": [exposure("one", "u", "z", START)[3]],
}


@pytest.fixture
def fresh_kafka(kafka):
    fresh_topics(kafka)
    return kafka


def rejects(process):
    return (process.ask("/api/pipeline") or {}).get("rejected")


def rejected(bootstrap):
    return Counter(json.loads(record.value())["reason"] for record in read_all(bootstrap, REJECTED))


def balance(process):
    """Over all source logs: records consumed, and how many of them have no outcome."""
    partitions = (process.ask("/api/pipeline") or {"partitions": {}})["partitions"].values()
    logs = [log for partition in partitions for log in partition["sources"].values()]
    return sum(log["consumed"] for log in logs), sum(abs(log["unexplained"]) for log in logs)


def test_every_bad_record_is_rejected_once_and_nothing_else_is_lost(fresh_kafka, tmp_path):
    write_experiments(tmp_path, "one")
    good = Scenario("one", 0, 200)
    bad = [
        (topic, "u", START, value) for topic in (EXPOSURES, CONVERSIONS) for values in BAD.values() for value in values
    ]
    forged = exposure("one", "forger", "a", START)
    produce(fresh_kafka, bad)
    produce(fresh_kafka, [forged], headers=FORGED)
    produce(fresh_kafka, good.records)
    expected = {reason: 2 * len(values) for reason, values in BAD.items()} | {"forbidden_header": 1}
    consumed = len(bad) + 1 + len(good.records)

    with worker(fresh_kafka, tmp_path, until=UNTIL) as process:
        process.wait_for_counts(good.expected, "one")
        process.wait_for(lambda: rejects(process) == expected, 60, f"rejects {expected}")
        process.wait_for(lambda: balance(process) == (consumed, 0), 60, "a balance")
        assert process.stop() == 0
    assert rejected(fresh_kafka) == expected
    told = [record.value() for topic in (DECISIONS, COUNTS) for record in read_all(fresh_kafka, topic)]
    assert all(json.loads(value) for value in told)
    assert not any(b"forger" in value or b"__faust" in value for value in told)

    with worker(fresh_kafka, tmp_path, until=UNTIL) as process:
        process.wait_for_counts(good.expected, "one")
        process.wait_for(lambda: balance(process) == (consumed, 0), 60, "a balance after the restart")
        assert process.stop() == 0
    assert rejected(fresh_kafka) == expected, "a rebuild publishes no reject again"
