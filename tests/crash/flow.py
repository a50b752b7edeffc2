"""Sends the load while other things happen, as fast as it may and as far as it is allowed to."""

import threading

from confluent_kafka import Producer

from streams.core.topology import partition_of
from tests.crash.outputs import SILENT
from tests.services.processes import wait_for
from tests.worker.rig import PARTITIONS

PATIENCE = 300  # seconds a record may wait for a broker that is away
BEAT = 0.02  # seconds between two bundles
BIT = 300  # records for somebody who waits for more


class Flow:
    """A thread with a producer. What it sends again doesn't overtake, and isn't there twice."""

    def __init__(self, bootstrap, load):
        self.delivered = 0
        self._failed = []
        self._records, self._total, self._rate = load.records(), load.size.events, load.size.rate
        self._allowed, self._sent = 0, 0
        self._ended = threading.Event()
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                "enable.idempotence": True,
                "linger.ms": 5,
                "message.max.bytes": 1 << 21,
                "message.timeout.ms": PATIENCE * 1000,
            },
            logger=SILENT,
        )
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()

    def allow(self, more):
        """Let so many more records go, at the rate."""
        self._allowed = min(self._allowed + more, self._total)

    def go_on(self, read):
        """Let some more go if all that may have gone and that many have been read: as few on a slow machine."""
        if read >= self._allowed:
            self.allow(BIT)

    def is_over(self):
        return self.delivered >= self._total

    def wait(self, delivered):
        """Until the broker has so many records, or all there are; how many that is."""
        goal = min(delivered, self._total)
        wait_for(lambda: self.delivered >= goal or self._failed, PATIENCE, f"{goal} records at the broker")
        assert self._failed == []
        return goal

    def finish(self, last):
        """Send all the rest at once, and then these."""
        self._rate = self._total / BEAT
        self._allowed = self._total
        self.wait(self._total)
        for record in last:
            self._send(*record)
        assert self._producer.flush(PATIENCE) == 0

    def _run(self):
        while not self._ended.wait(BEAT):
            bundle = int(min(self._allowed - self._sent, self._rate * BEAT))
            for _ in range(bundle):
                self._send(*next(self._records))
            self._sent += bundle
            self._producer.poll(0)

    def _send(self, topic, unit, at, value):
        home = partition_of(unit.encode(), PARTITIONS)
        while True:
            try:
                return self._producer.produce(
                    topic, value, key=unit, partition=home, timestamp=at, on_delivery=self._heard
                )
            except BufferError:
                self._producer.poll(0.1)

    def _heard(self, error, _):
        self.delivered += error is None
        if error is not None:
            self._failed.append(str(error))
