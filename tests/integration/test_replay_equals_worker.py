"""The same events end in the same integers and the same evidence, replayed from a file or read from a broker."""

import json
import subprocess
import sys
from contextlib import suppress

import pytest

from streams.core.topology import topics
from streams.lab import embedded
from streams.lab.loadgen import play
from streams.lab.replay import replay
from tests.worker.rig import PARTITIONS, fresh_topics, worker

NOW = 1_800_000_000_000
TALLIES = ("read", "accepted", "late", "unused", "rejected")

# What depends on when one looked, and a broker is looked at by the wall clock: maxima over looks and what follows.
MAXIMA = {"max_log_e", "best_log_e", "p_always_valid", "fired_at", "fired_at_units"}
BY_LOOKS = MAXIMA | {"status", "verdict", "action", "variant", "stopped_at"}


def settled(shown):
    """An experiment object without what depends on the looks."""
    if isinstance(shown, dict):
        return {key: settled(value) for key, value in shown.items() if key not in BY_LOOKS}
    return [settled(value) for value in shown] if isinstance(shown, list) else shown


def shown_by(process, id_):
    """The worker's object and tallies, as far as a replay tells them too."""
    shown, pipeline = process.ask(f"/api/experiments/{id_}") or {}, process.ask("/api/pipeline") or {}
    return shown, {key: pipeline.get(key) for key in TALLIES}


def counted_by_worker(bootstrap, folder, id_, report, until, **settings):
    """The worker's object, once it and the tallies equal the replay's."""
    expected, tallies = report["experiments"][id_], {key: report[key] for key in TALLIES}

    def comparable(process):
        shown, pipeline = shown_by(process, id_)
        return settled({key: shown.get(key) for key in expected}), pipeline

    with worker(bootstrap, folder, until=until, **settings) as process:
        with suppress(TimeoutError):  # the comparison below shows the difference
            process.wait_for(lambda: comparable(process) == (settled(expected), tallies), 90, "the replay's object")
        assert comparable(process) == (settled(expected), tallies)
        return shown_by(process, id_)[0]


@pytest.fixture(scope="module")
def hillstrom(shared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hillstrom")
    subprocess.run([sys.executable, shared / "data" / "to_events.py", "hillstrom", folder], check=True)
    return folder


@pytest.mark.embedded
def test_a_worker_on_the_embedded_broker_counts_what_a_replay_counts(tmp_path):
    (tmp_path / "definition.yaml").write_text(WORLD)
    events = tmp_path / "events.jsonl"
    events.write_text("".join(json.dumps(event) + "\n" for event in happenings()))
    until = "2026-01-01T02:00:00.000Z"
    report = replay(tmp_path / "definition.yaml", [events], tmp_path / "out", until=until, now=NOW)
    with embedded.broker() as broker:
        for topic in topics(PARTITIONS, PARTITIONS):
            broker.create(topic.name, topic.partitions)
        assert play(broker.bootstrap, [events]) == report["read"]
        settings = {"session_timeout_s": 3, "fetch_wait_ms": 20}
        shown = counted_by_worker(broker.bootstrap, tmp_path, "world", report, until, **settings)
    nothing = dict.fromkeys(("warmup", "before_exposure", "drift", "over_cap"), 0)
    assert shown["excluded"] == nothing | {"multi_variant": 10, "late": 20, "missing_value": 20}
    assert shown["duplicate"] == 40


@pytest.mark.kafka
@pytest.mark.xdist_group("kafka")
def test_hillstrom_on_apache_kafka_counts_what_a_replay_counts(kafka, hillstrom, tmp_path):
    until = "2008-05-01T00:00:00.000Z"
    definition, events = hillstrom / "definition.yaml", hillstrom / "events.jsonl.gz"
    report = replay(definition, [events], tmp_path / "out", until=until, now=NOW)
    (tmp_path / "definition.yaml").write_bytes(definition.read_bytes())
    fresh_topics(kafka)
    assert play(kafka, [events]) == report["read"]
    shown = counted_by_worker(kafka, tmp_path, "mens-womens-email", report, until)
    truth = json.loads((hillstrom / "expected.json").read_text())["metrics"]
    for metric, arms in truth.items():
        for variant, totals in arms.items():
            found = shown["metrics"][metric][variant]
            assert {key: found[key] for key in totals if key != "fixed_sample"} == {
                key: value for key, value in totals.items() if key != "fixed_sample"
            }
    assert shown["verdict"] == "stop_success"


WORLD = """
apiVersion: peekproof/v1
kind: Experiment
metadata: {id: world, owner: {name: tests}}
hypothesis: A file and a broker tell the same story of the same events.
assignment:
  variants:
    - {key: a, role: control, weight: 0.5}
    - {key: b, role: treatment, weight: 0.25}
    - {key: c, role: treatment, weight: 0.25}
exposure: {lateness: 1m}
metrics:
  - {id: bought, role: primary, type: binary, event: bought, baseline: {mean: 0.3}, window: {length: 10m}}
  - id: spent
    role: secondary
    type: continuous
    event: bought
    baseline: {mean: 5}
    cap: {value: 100}
    window: {length: 10m}
  - id: clicks
    role: secondary
    type: count
    event: clicked
    baseline: {mean: 1}
    cap: {value: 5}
    window: {delay: 10s, length: 5m}
schedule: {start_at: "2026-01-01T00:00:00Z", min_runtime: 0s, min_units: 10}
"""


def happenings():
    """1,000 units; of each hundred one crosses, two buy late, two buy without a value, four buys are sent twice."""
    for unit in range(1000):
        at, variant, turn = unit * 1000, "abac"[unit % 4], unit % 100
        yield event("exposure", f"e{unit}", at, {"experiment_id": "world", "variant": variant, "unit_id": f"u{unit}"})
        if turn == 0:
            yield event(
                "exposure", f"x{unit}", at + 5, {"experiment_id": "world", "variant": "b", "unit_id": f"u{unit}"}
            )
        if turn < 30:
            data = {"event": "bought", "unit_id": f"u{unit}", "value": 2.5 + unit % 7}
            if turn in (20, 21):
                del data["value"]
            late = 100_000 if turn in (10, 11) else 0
            for _ in range(2 if turn in (1, 2, 3, 4) else 1):
                yield event("conversion", f"b{unit}", at + 20_000, data, recorded=at + 20_000 + late)
        for click in range(unit % 3):
            clicked = {"event": "clicked", "unit_id": f"u{unit}"}
            yield event("conversion", f"c{unit}-{click}", at + 15_000 + click, clicked)


def event(kind, id_, at, data, recorded=None):
    return {
        "specversion": "1.0",
        "id": id_,
        "source": "/tests",
        "type": f"peekproof.{kind}.v1",
        "time": moment(at),
        "recordtime": moment(at if recorded is None else recorded),
        "data": data,
    }


def moment(at):
    return f"2026-01-01T{at // 3_600_000:02}:{at // 60_000 % 60:02}:{at // 1000 % 60:02}.{at % 1000:03}Z"
