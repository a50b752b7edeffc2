"""Events and decisions on a broker. Nothing is committed or written: any account that may read can verify."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from streams.audit.chain import Written
from streams.audit.counting.lines import read
from streams.audit.counting.log import Record
from streams.audit.naming import naming
from streams.audit.sources import Ends, Part, Progress
from streams.core.topology import DECISIONS

PATIENCE = 10.0  # seconds for the broker to answer
STEP = 20_000
SETTINGS = {
    "group.id": "peekproof-verify",  # asked for by the client; no group is joined
    "enable.auto.commit": False,
    "enable.partition.eof": True,
    "fetch.wait.max.ms": 10,  # a partition read to its end must not hold up the next one
    "log_level": 0,  # what goes wrong is raised
    "isolation.level": "read_uncommitted",  # as the worker reads
}


class Broker:
    """Topics of a broker.

    Args:
        bootstrap: its address, host:port.
        progress: called with a stage and the number of records done.
        key: secret for the hash of unit ids; needed only where ingest writes one kind of event and not the other.
    """

    def __init__(self, bootstrap: str, progress: Progress, key: bytes = b"") -> None:
        self._bootstrap = bootstrap
        self._name = naming(key)
        self._progress = progress

    def decisions(self) -> list[Written]:
        """Every record of every partition."""
        with self._consumer() as consumer:
            return [
                Written(f"{DECISIONS}/{partition} offset {message.offset()}", message.value() or b"")
                for partition in _partitions(consumer, DECISIONS)
                for message in _messages(consumer, DECISIONS, partition, None)
            ]

    def parts(self, needed: Mapping[str, Ends]) -> Iterator[Part]:
        """The partitions that decisions name, up to where they read."""
        with self._consumer() as consumer:
            for partition, ends in sorted(needed.items(), key=lambda item: int(item[0])):
                names = {topic: f"{topic}/{partition}" for topic in ends}
                consumed = {names[topic]: end for topic, end in ends.items()}
                yield Part(partition, consumed, self._records(consumer, partition, ends, names))

    def _records(
        self, consumer: Consumer, partition: str, ends: Ends, names: Mapping[str, str]
    ) -> Iterator[tuple[str, Record]]:
        for topic, end in ends.items():
            for message in _messages(consumer, topic, int(partition), end):
                event = read(message.value(), 0, message.timestamp()[1], message.headers() or ())
                yield names[topic], Record(topic, message.offset(), self._name(event))
                if message.offset() % STEP == 0:
                    self._progress(f"reading {names[topic]}", message.offset())

    @contextmanager
    def _consumer(self) -> Iterator[Consumer]:
        consumer = Consumer({**SETTINGS, "bootstrap.servers": self._bootstrap})
        try:
            yield consumer
        except KafkaException as failure:
            raise ConnectionError(
                f"the broker at {self._bootstrap} does not answer: {failure.args[0].str()}"
            ) from failure
        finally:
            consumer.close()


def _partitions(consumer: Consumer, topic: str) -> Sequence[int]:
    found = consumer.list_topics(topic, timeout=PATIENCE).topics[topic]
    if found.error is not None or not found.partitions:
        raise ConnectionError(f"topic {topic} is missing; is this the broker of the worker?")
    return sorted(found.partitions)


def _messages(consumer: Consumer, topic: str, partition: int, end: int | None) -> Iterator[Message]:
    """From the beginning of the log to an offset, or to the end of the log; none of a log that is not there."""
    if partition not in _partitions(consumer, topic):
        return
    place = TopicPartition(topic, partition)
    first, high = consumer.get_watermark_offsets(place, timeout=PATIENCE)
    last = (high if end is None else min(end, high)) - 1
    place.offset = first
    consumer.assign([place])
    while first <= last:
        message = _next(consumer)
        if message is None or message.offset() > last:
            return
        yield message
        first = message.offset() + 1


def _next(consumer: Consumer) -> Message | None:
    """The next message; None at the end of the log."""
    message = consumer.poll(PATIENCE)
    if message is None:
        raise ConnectionError(f"the broker sent nothing for {PATIENCE:g} s")
    error = message.error()
    if error is None:
        return message
    if error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001  (the client's own name for it)
        return None
    raise KafkaException(error)
