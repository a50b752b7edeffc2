"""A worker as its users run it: a process of its own, fed through Kafka, asked over HTTP."""

import json
import os
import signal
import sys
import urllib.request
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path

from confluent_kafka import Consumer, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from streams.core.times import format_instant
from streams.core.topology import CONVERSIONS, EXPOSURES, partition_of, topics
from tests.services.processes import end, free_ports, launch, wait_for

PARTITIONS = 4
START = 1_700_000_000_000  # ms; event and record times of the scenario
RUN = """
from streams.bootstrap import run_worker
from streams.settings import Settings
raise SystemExit(run_worker(Settings.read()))
"""
ROOT = Path(__file__).parents[2]
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))

DEFINITION = """
apiVersion: peekproof/v1
kind: Experiment
metadata: {id: ID, owner: {name: tests}}
hypothesis: A worker counts what was sent to it, whatever happens.
assignment:
  variants: [{key: a, role: control, weight: 0.5}, {key: b, role: treatment, weight: 0.5}]
exposure: {lateness: 1s}
metrics: [{id: bought, role: primary, type: binary, event: bought, window: {length: 10s}}]
schedule: {start_at: 2023-11-14T00:00:00Z, min_runtime: 0s, min_units: 10}
"""


def write_experiments(folder, *ids):
    for id_ in ids:
        (folder / f"{id_}.yaml").write_text(DEFINITION.replace("ID", id_))
    return folder


def exposure(experiment, unit, variant, at):
    data = {"experiment_id": experiment, "variant": variant, "unit_id": unit}
    return EXPOSURES, unit, at, event("exposure", f"{experiment}-{unit}-{variant}", at, data)


def conversion(unit, at):
    return CONVERSIONS, unit, at, event("conversion", unit, at, {"event": "bought", "unit_id": unit})


def event(kind, id_, at, data):
    type_, time = f"peekproof.{kind}.v1", format_instant(at)
    envelope = {"specversion": "1.0", "id": id_, "source": "/tests", "type": type_, "time": time}
    return json.dumps({**envelope, "data": data}).encode()


def strike(hour=1):
    """One record of no consequence in every source log that lets the clocks strike; the experiment is `clock`."""
    homes = {partition_of(f"u{number}".encode(), PARTITIONS): f"u{number}" for number in range(64)}
    at = START + hour * 3_600_000
    for unit in homes.values():
        yield exposure("clock", unit, "a", at)
        yield CONVERSIONS, unit, at, event("conversion", unit, at, {"event": "nothing", "unit_id": unit})


class Scenario:
    """Units of two arms in turn; of ten units of `a` one buys, of `b` two; one in a hundred sees both arms.

    `expected` says what the worker must count, by plain bookkeeping.
    """

    def __init__(self, experiment, first, count):
        self.records = []
        self.expected = Counter()
        for number in range(first, first + count):
            self._add(experiment, f"{experiment}-{number}", number)

    def _add(self, experiment, unit, number):
        variant, at = "ab"[number % 2], START + number
        self.records.append(exposure(experiment, unit, variant, at))
        buys = number // 2 % 10 < 1 + number % 2
        if buys:
            self.records.append(conversion(unit, at + 5))
        if number % 100 == 7:
            self.records.append(exposure(experiment, unit, "ba"[number % 2], at + 1))
            self.expected["multi_variant"] += 1
        else:
            self.expected[f"units {variant}"] += 1
            self.expected[f"conversions {variant}"] += buys


def counted(experiment):
    """What the experiment object says, in the words of `Scenario.expected`."""
    arms = experiment["metrics"]["bought"]
    found = {"multi_variant": experiment["excluded"]["multi_variant"]}
    for variant, arm in arms.items():
        found |= {f"units {variant}": arm["units"], f"conversions {variant}": arm["conversions"]}
    return found


def matured(experiment):
    return experiment and {variant: arm["matured"] for variant, arm in experiment["metrics"]["bought"].items()}


def fresh_topics(bootstrap, record_time="create", partitions=PARTITIONS, rekeyed=()):
    """Empty topics of Peekproof on a real broker, whatever was there before."""
    admin, wanted = (
        AdminClient({"bootstrap.servers": bootstrap}),
        topics(partitions, partitions, record_time=record_time, rekeyed=rekeyed),
    )
    names = {topic.name for topic in wanted}
    if old := sorted(names & present(admin)):
        for deleted in admin.delete_topics(old).values():
            deleted.result()
    wait_for(lambda: not names & present(admin), 20, "old topics to go")
    for made in admin.create_topics([NewTopic(t.name, t.partitions, 1, config=t.settings) for t in wanted]).values():
        made.result()
    wait_for(lambda: names <= present(admin), 20, "new topics to come")


def present(admin):
    return set(admin.list_topics(timeout=10).topics)


def produce(bootstrap, records, headers=None):
    """Send (topic, unit, record time, value), each unit to its partition."""
    in_order = {"enable.idempotence": True}  # what is sent again must not overtake: record times are the clock
    producer = Producer({"bootstrap.servers": bootstrap, **in_order, "linger.ms": 20, "message.max.bytes": 1 << 22})
    for topic, unit, at, value in records:
        home = partition_of(unit.encode(), PARTITIONS)
        producer.produce(topic, value, key=unit, partition=home, timestamp=at, headers=headers)
        producer.poll(0)
    assert producer.flush(30) == 0


def read_all(bootstrap, topic, partitions=PARTITIONS):
    """Every record of a topic, by partition."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "tests", "enable.auto.commit": False})
    logs = [TopicPartition(topic, partition) for partition in range(partitions)]
    ends = {log.partition: consumer.get_watermark_offsets(log, timeout=10) for log in logs}
    left = {partition for partition, (first, end_) in ends.items() if first < end_}
    consumer.assign([TopicPartition(topic, partition, ends[partition][0]) for partition in left])
    found = []

    def is_read():
        for record in consumer.consume(500, timeout=0.1):
            end_ = ends[record.partition()][1]
            if not record.error() and record.offset() < end_:
                found.append(record)
                if record.offset() == end_ - 1:
                    left.remove(record.partition())
        return not left

    wait_for(is_read, 60, f"the end of {topic}")
    consumer.close()
    return sorted(found, key=Message.partition)


class WorkerProcess:
    """A running worker."""

    def __init__(self, pid, port, log):
        self.pid, self.port, self.log = pid, port, log

    def read(self, path):
        with NO_PROXY.open(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return answer.read().decode()

    def says(self, series):
        """Whether the metrics have such a line."""
        with suppress(OSError):
            return series in self.read("/metrics")
        return False

    def ask(self, path):
        """The JSON at a path, or None while the worker can't say."""
        with suppress(OSError):
            return json.loads(self.read(path))
        return None

    def exit_code(self, seconds=20):
        """Wait for the end; negative if a signal ended it."""
        ended = []
        self.wait_for(lambda: ended.extend(filter(None, os.waitpid(self.pid, os.WNOHANG))) or ended, seconds, "the end")
        return os.waitstatus_to_exitcode(ended[1]) if len(ended) > 1 else 0

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        assert self.exit_code() == -signal.SIGKILL

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)
        return self.exit_code()

    def wait_for(self, condition, seconds, what):
        try:
            wait_for(condition, seconds, what)
        except TimeoutError as late:
            late.add_note(f"{self.ask('/api/pipeline')}\n{self.log.read_text()[-4000:]}")
            raise

    def counts(self, experiment):
        found = self.ask(f"/api/experiments/{experiment}")
        return found and counted(found)

    def wait_for_counts(self, expected, *experiments, seconds=60):
        seen = []

        def equal():
            seen[:] = [self.counts(experiment) for experiment in experiments]
            total = sum((Counter(one) for one in seen), Counter())
            return all(total[name] == count for name, count in expected.items())

        try:
            self.wait_for(equal, seconds, f"counts {dict(expected)}")
        except TimeoutError as late:
            late.add_note(f"last seen: {seen}")
            raise


@contextmanager
def worker(bootstrap, folder, name="worker", prelude="", run="run_worker", **settings):
    """Run a worker over the experiments of a folder, after code that may change it; it ends with the block."""
    (port,) = free_ports(1)
    log = folder / f"{name}-{port}.log"
    told = {"bootstrap_servers": bootstrap, "experiments": folder, "web_port": port, "data": folder / name}
    told |= {"session_timeout_s": 6, "instance_id": name, "idle_clock": "record", "full_round_s": 1, **settings}
    environment = {f"PEEKPROOF_{key.upper()}": str(value) for key, value in told.items()}
    argv = [
        "env",
        "-C",
        ROOT,
        *(f"{key}={value}" for key, value in environment.items()),
        sys.executable,
        "-c",
        prelude + RUN.replace("run_worker", run),
    ]
    process = WorkerProcess(launch(argv, log, tied=True), port, log)
    try:
        yield process
    finally:
        end(process.pid)
