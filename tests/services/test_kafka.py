"""The real broker the other tests rely on, and where its jars come from."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic

from tests.services.kafka import jars, version

MAVEN = """#!/bin/sh
echo called >> "$CALLS"
for word in "$@"; do case $word in -DoutputDirectory=*) libs=${word#*=};; esac; done
mkdir "$libs" && touch "$libs/kafka.jar" && exit $MAVEN_STATUS
"""


@pytest.fixture
def maven(tmp_path, monkeypatch):
    """A stand-in for mvn; returns the file that counts its calls."""
    (tmp_path / "mvn").write_text(MAVEN)
    (tmp_path / "mvn").chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    monkeypatch.setenv("MAVEN_STATUS", "0")
    return tmp_path / "calls"


def test_a_record_goes_through(kafka, unique):
    admin = AdminClient({"bootstrap.servers": kafka})
    admin.create_topics([NewTopic(unique, 1)])[unique].result(10)
    producer = Producer({"bootstrap.servers": kafka})
    producer.produce(unique, b"hello")
    assert producer.flush(10) == 0
    consumer = Consumer({"bootstrap.servers": kafka, "group.id": unique, "auto.offset.reset": "earliest"})
    consumer.subscribe([unique])
    record = consumer.poll(10)
    consumer.close()
    assert record.value() == b"hello"


def test_the_jars_are_fetched_once_though_two_ask_together(maven, tmp_path):
    with ThreadPoolExecutor(2) as both:
        folders = list(both.map(lambda _: jars(), range(2)))
    assert folders == [tmp_path / "cache" / "peekproof" / f"kafka-{version()}"] * 2
    assert [path.name for path in folders[0].iterdir()] == ["kafka.jar"]
    assert maven.read_text() == "called\n"


def test_half_fetched_jars_are_none(maven, monkeypatch):
    monkeypatch.setenv("MAVEN_STATUS", "1")
    with pytest.raises(RuntimeError, match="mvn ended with 1"):
        jars()
    monkeypatch.setenv("MAVEN_STATUS", "0")
    assert [path.name for path in jars().iterdir()] == ["kafka.jar"]
    assert maven.read_text() == "called\n" * 2
