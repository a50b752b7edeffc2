"""What the load generator sends, without a broker to take it."""

import json

import pytest
from confluent_kafka import KafkaError

from streams.lab import loadgen
from streams.lab.crowd import Truth
from tests.lab.samples import MINUTE, START, conversion, exposure, write


class Sink:
    """A broker's client that keeps what it is given; the first attempts find it full."""

    def __init__(self, full=0, error=None):
        self.taken, self.full, self.error, self.left, self.heard = [], full, error, 0, []

    def produce(self, topic, value, key, timestamp, on_delivery):
        if self.full:
            self.full -= 1
            raise BufferError
        self.taken.append((topic, key, value, timestamp))
        self.heard.append(on_delivery)

    def poll(self, _timeout):
        while self.heard:
            self.heard.pop()(self.error, None)

    def flush(self, _timeout):
        return self.left


@pytest.fixture
def sink(monkeypatch):
    made = Sink()
    monkeypatch.setattr(loadgen, "Producer", lambda _settings: made)
    return made


def test_recorded_events_go_to_their_topic_with_their_record_time(sink, tmp_path):
    late, order = exposure("u", 0, recorded=MINUTE), conversion("u", MINUTE)
    file = write(tmp_path / "events.jsonl.gz", [late, b"", order, b"{"])
    assert loadgen.play("broker:1", [file]) == 3
    assert sink.taken == [
        ("peekproof.exposures", b"u", json.dumps(late).encode(), START + MINUTE),
        ("peekproof.conversions", b"u", json.dumps(order).encode(), START + MINUTE),
        ("peekproof.conversions", b"", b"{", 0),
    ]


def test_an_event_without_a_readable_time_is_sent_all_the_same(sink, tmp_path):
    odd = exposure("u", 0) | {"time": "yesterday"}
    loadgen.play("broker:1", [write(tmp_path / "events.jsonl", [odd])])
    assert sink.taken == [("peekproof.exposures", b"u", json.dumps(odd).encode(), 0)]


def test_a_broker_that_is_behind_is_waited_for(sink):
    sink.full = 2
    feed = loadgen.Feed("broker:1")
    feed.send("exposures", "u", b"{}", 5)
    assert (feed.sent, sink.taken) == (1, [("peekproof.exposures", b"u", b"{}", 5)])


def test_an_event_that_was_not_taken_is_an_error(sink):
    sink.error = KafkaError(KafkaError._MSG_TIMED_OUT)
    feed = loadgen.Feed("broker:1")
    feed.send("exposures", "u", b"{}", 5)
    with pytest.raises(ConnectionError, match="the broker did not take an event"):
        feed.poll()


def test_events_that_are_left_are_an_error(sink):
    sink.left = 3
    with pytest.raises(ConnectionError, match="the broker did not take 3 events within 10 s"):
        loadgen.Feed("broker:1").close()


def test_the_truth_is_read_from_yaml(tmp_path):
    (tmp_path / "truth.yaml").write_text("demo: {says: nothing differs, rates: {bought: {control: 0.1}}}\n")
    assert loadgen.truths(tmp_path / "truth.yaml") == {
        "demo": Truth(says="nothing differs", rates={"bought": {"control": 0.1}})
    }
    assert loadgen.truths(None) == {}
