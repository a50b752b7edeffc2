"""Feeds a broker: simulated users in real time, or recorded events as fast as it takes them."""

import gzip
import json
import signal
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from confluent_kafka import KafkaException, Producer

from streams.codecs import safe_yaml
from streams.codecs.cloudevents import parse
from streams.codecs.definitions import load
from streams.codecs.wire import ConversionEvent, Event
from streams.core.times import format_instant, parse_instant
from streams.core.validation import DefinitionError, Problem
from streams.lab.crowd import Crowd, Happening, Truth

BEAT = 0.02  # seconds between batches of simulated events
PATIENCE = 10.0  # seconds for the broker to take what is left

_encode = msgspec.json.Encoder().encode


class Feed:
    """Writes source events, keyed by unit as Kafka's own clients would."""

    def __init__(self, bootstrap: str) -> None:
        self.sent = 0
        self._failed: list[str] = []
        settings = {"bootstrap.servers": bootstrap, "partitioner": "murmur2_random", "compression.type": "lz4"}
        in_order = {"enable.idempotence": True}  # a retry must not overtake: record times are the clock
        self._producer = Producer({**settings, **in_order, "linger.ms": 20, "message.timeout.ms": 10_000})

    def send(self, kind: str, unit: str, value: bytes, timestamp: int) -> None:
        """Queue one event; waits while the broker is behind."""
        while not self._queue(f"peekproof.{kind}", unit.encode(), value, timestamp):
            self._producer.poll(0.1)
        self.sent += 1

    def _queue(self, topic: str, key: bytes, value: bytes, timestamp: int) -> bool:
        try:
            self._producer.produce(topic, value, key, timestamp=timestamp, on_delivery=self._heard)
        except BufferError:
            return False
        return True

    def poll(self) -> None:
        """Let deliveries be reported.

        Raises:
            ConnectionError: the broker did not take an event.
        """
        self._producer.poll(0)
        if self._failed:
            raise ConnectionError(f"the broker did not take an event: {self._failed[0]}")

    def close(self) -> None:
        """Wait until everything has been taken.

        Raises:
            ConnectionError: it has not.
        """
        left = self._producer.flush(PATIENCE)
        self.poll()
        if left:
            raise ConnectionError(f"the broker did not take {left} events within {PATIENCE:g} s")

    def _heard(self, error: Any, _message: Any) -> None:
        if error is not None:
            self._failed.append(str(KafkaException(error)))


def truths(file: Path | None) -> dict[str, Truth]:
    """The truth of each experiment from YAML.

    Raises:
        DefinitionError: it is not one.
    """
    try:
        return {} if file is None else msgspec.convert(safe_yaml.read(file.read_bytes()), dict[str, Truth])
    except ValueError as error:
        raise DefinitionError([Problem(str(file), str(error), "see peekproof loadgen --help")]) from None


def simulate(
    bootstrap: str, experiments: Path, truth: Path | None, rate: float, seed: int, seconds: float | None
) -> int:
    """Let simulated users come in real time, until SIGTERM or for some seconds; prints as JSON what was sent."""
    stopped: list[int] = []
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda number, _frame: stopped.append(number))
    begin = time.time()
    crowd = Crowd(load(experiments), truths(truth), rate, seed, int(begin * 1000))
    feed, told = Feed(bootstrap), Counter[tuple[str, str, str]]()
    for happening in _in_time(crowd.happenings(), stopped, begin + seconds if seconds else float("inf")):
        now = int(time.time() * 1000)  # what comes behind its time on a busy machine happens when it comes
        feed.send(happening.kind, happening.unit, _encode(happening.event | {"time": format_instant(now)}), now)
        told[happening.told] += 1
        feed.poll()
    feed.close()
    sent = [{"experiment": e, "variant": v, "what": w, "sent": n} for (e, v, w), n in sorted(told.items())]
    print(json.dumps({"sent": feed.sent, "truth": sent}), flush=True)  # noqa: T201  (its result)
    return feed.sent


def _in_time(happenings: Iterator[Happening], stopped: list[int], end: float) -> Iterator[Happening]:
    """Hold every happening back until its time has come."""
    for happening in happenings:
        while (wait := happening.time / 1000 - time.time()) > 0 and not stopped:
            time.sleep(min(wait, BEAT))
        if stopped or time.time() >= end:
            return
        yield happening


def play(bootstrap: str, files: Iterable[Path]) -> int:
    """Send recorded events in the order of the files, each with its own record time; what is sent is returned."""
    feed = Feed(bootstrap)
    for file in files:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as lines:
            for line in lines:
                _send_line(feed, line.strip())
    feed.close()
    return feed.sent


def _send_line(feed: Feed, line: bytes) -> None:
    """What can't be read is sent as well: to refuse it is the worker's task."""
    if line:
        parsed = parse(line)
        kind, unit, timestamp = ("conversions", "", 0) if isinstance(parsed, str) else _address(parsed)
        feed.send(kind, unit, line, timestamp)
        feed.poll()


def _address(parsed: Event) -> tuple[str, str, int]:
    kind = "conversions" if isinstance(parsed, ConversionEvent) else "exposures"
    try:
        return kind, parsed.data.unit_id, parse_instant(parsed.recordtime or parsed.time)
    except ValueError:
        return kind, parsed.data.unit_id, 0
