"""Topics on a real broker: planned, made once, mended, never widened."""

import socket
import threading

import pytest

from streams.core.topology import Topic, topics
from streams.worker import topics as administration
from streams.worker.topics import Create, Refuse, Set, apply, plan


@pytest.fixture
def counts(unique):
    return Topic(f"{unique}.counts", 2, {"cleanup.policy": "delete", "retention.ms": "86400000"})


def test_a_topic_that_is_not_there_is_planned_and_made(kafka, counts):
    changes = plan(kafka, [counts])
    assert changes == [Create(counts)]
    apply(kafka, changes)
    assert plan(kafka, [counts]) == []


def test_to_plan_changes_nothing(kafka, counts):
    assert plan(kafka, [counts]) == plan(kafka, [counts]) == [Create(counts)]


def test_to_make_twice_is_to_make_once(kafka, counts):
    changes = plan(kafka, [counts])
    apply(kafka, changes)
    apply(kafka, changes)
    assert plan(kafka, [counts]) == []


@pytest.mark.parametrize("record_time", ["append", "create"])
def test_a_broker_takes_the_whole_topology(kafka, unique, record_time):
    whole = [
        Topic(f"{unique}.{topic.name}", topic.partitions, topic.settings)
        for topic in topics(2, 1, record_time=record_time)
    ]
    apply(kafka, plan(kafka, whole))
    assert plan(kafka, whole) == []


def test_a_setting_that_differs_is_mended(kafka, counts):
    apply(kafka, [Create(counts)])
    longer = Topic(counts.name, 2, counts.settings | {"retention.ms": "172800000"})
    changes = plan(kafka, [longer])
    assert changes == [Set(counts.name, "retention.ms", "86400000", "172800000")]
    apply(kafka, changes)
    assert plan(kafka, [longer]) == []


def test_more_partitions_are_refused_and_nothing_else_is_done(kafka, counts, unique):
    apply(kafka, [Create(counts)])
    wider, other = Topic(counts.name, 4), Topic(f"{unique}.other", 1)
    changes = plan(kafka, [other, wider])
    assert changes == [Create(other), Refuse(counts.name, 2, 4)]
    with pytest.raises(ValueError, match="keep 2, or start anew"):
        apply(kafka, changes)
    assert plan(kafka, [other]) == [Create(other)]


def test_a_setting_the_broker_does_not_take_is_an_error_that_names_it(kafka, counts):
    apply(kafka, [Create(counts)])
    with pytest.raises(ValueError, match=r"cannot set retention.ms of .*: 86400000 -> soon: .*InvalidConfiguration"):
        apply(kafka, [Set(counts.name, "retention.ms", "86400000", "soon")])


@pytest.fixture
def silent():
    """An address where somebody listens and nobody answers, as a broker does that expects other credentials."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def test_without_an_answer_the_error_names_the_address_and_thinks_of_credentials(silent, monkeypatch):
    before = set(threading.enumerate())
    monkeypatch.setattr(administration, "PATIENCE_MS", 200)
    with pytest.raises(ConnectionError, match=rf"no Kafka broker answers at {silent}: .* credentials"):
        plan(silent, [])
    assert set(threading.enumerate()) == before


def test_a_plan_reads_like_a_sentence():
    changes = [Create(Topic("counts", 2, {"retention.ms": "1"})), Set("counts", "retention.ms", "1", "2")]
    assert [str(change) for change in changes] == [
        "create counts: 2 partitions, retention.ms=1",
        "set retention.ms of counts: 1 -> 2",
    ]
