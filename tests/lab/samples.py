"""Event files of a small world, and their replay."""

import gzip
import json
import random

from streams.core.times import format_instant, parse_instant
from streams.lab.replay import replay

START = parse_instant("2025-03-10T00:00:00Z")
NOW = parse_instant("2026-01-01T00:00:00Z")
SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
DEFINITION = """
apiVersion: peekproof/v1
kind: Experiment
metadata: {id: demo, owner: {name: Ada}}
hypothesis: A bolder button raises purchases.
assignment:
  variants: [{key: control, role: control, weight: 0.5}, {key: bold, role: treatment, weight: 0.5}]
exposure: {lateness: 1m}
metrics:
  - {id: bought, role: primary, type: binary, event: order, window: {length: 10m}, mde: {relative: 0.5}}
  - {id: spent, role: secondary, type: continuous, event: order, window: {length: 10m},
     mde: {absolute: 1}, cap: {value: 50}}
schedule: {start_at: 2025-03-10T00:00:00Z, min_runtime: 1h, max_runtime: 7d, min_units: 100}
"""


def event(kind, id_, at, data, recorded=None):
    """A CloudEvent `at` so many ms after the start, recorded then or later."""
    known = {} if recorded is None else {"recordtime": format_instant(START + recorded)}
    envelope = {"specversion": "1.0", "id": id_, "source": "/t", "type": f"peekproof.{kind}.v1"}
    return envelope | known | {"time": format_instant(START + at), "data": data}


def exposure(unit, at, variant="control", **more):
    data = {"experiment_id": "demo", "variant": variant, "unit_id": unit}
    return event("exposure", f"e-{unit}", at, data, **more)


def conversion(unit, at, value=None, **more):
    data = {"event": "order", "unit_id": unit, "value": value}
    return event("conversion", f"c-{unit}", at, data, **more)


def world(units=400, seed=1):
    """Units a minute apart; of the treated half more convert."""
    chance, events = random.Random(seed), []
    for number in range(units):
        unit, at, variant = f"u{number}", number * MINUTE // 4, ("control", "bold")[number % 2]
        events.append(exposure(unit, at, variant, recorded=at + chance.choice([0, 0, 30 * SECOND, 90 * SECOND])))
        if chance.random() < (0.2, 0.5)[number % 2]:
            events.append(conversion(unit, at + chance.randrange(12 * MINUTE), chance.choice([None, 5, 80])))
    return events


def write(file, events):
    """As JSON lines; bytes and texts as they are."""
    lines = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in events]
    content = b"".join(line + b"\n" for line in lines)
    file.write_bytes(gzip.compress(content, mtime=0) if file.suffix == ".gz" else content)
    return file


def run(folder, *files, definition=DEFINITION, **options):
    """(report, decisions, bytes of both) of a replay of lists of events, or of files."""
    folder.mkdir(exist_ok=True)
    (folder / "definition.yaml").write_text(definition)
    paths = [write(folder / f"{i}.jsonl", one) if isinstance(one, list) else one for i, one in enumerate(files)]
    report = replay(folder / "definition.yaml", paths, folder / "out", now=NOW, **options)
    written = [(folder / "out" / name).read_bytes() for name in ("report.json", "decisions.jsonl")]
    assert json.loads(written[0]) == json.loads(json.dumps(report))
    return report, [json.loads(line) for line in written[1].splitlines()], written


def counts(report):
    """What must not depend on when one looks."""
    one = report["experiments"]["demo"]
    arms = ("units", "matured", "conversions", "sum", "mean")
    metrics = {m: {v: [arm[k] for k in arms] for v, arm in by_arm.items()} for m, by_arm in one["metrics"].items()}
    rest = {key: report[key] for key in ("rejected", "late", "unused", "accepted", "read")}
    return [metrics, one["excluded"], one["duplicate"], one["repeat_exposure"], rest]
