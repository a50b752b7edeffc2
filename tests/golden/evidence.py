"""Scenarios of evidence: a definition, a crowd whose events it judges, and all that a report says of it.

Scenarios share their crowds, which are named by the experiment's id: what differs is how the same people are judged.
Each enters within four days; some order, once or twice, of a larger amount the more they spent before; a few return on
the second day. `two-arms` is split in halves, `three-arms` 4 : 3 : 3, `ramp` 3 : 1, then in halves while more order.
"""

import difflib
import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from streams.lab.replay import replay
from tests.golden.scenarios import NOW

FOLDER = Path(__file__).parent / "methods"
IDS = sorted(file.parent.name for file in FOLDER.glob("*/definition.yaml"))
HOUR = 3600
LOGS = ("log_e", "max_log_e", "best_log_e", "p_always_valid")
ENDS = ("lower", "upper", "relative_lower", "relative_upper")
NEAR = dict.fromkeys(LOGS, 1.5e-9) | dict.fromkeys(ENDS, 1e-6)  # logs are kept to 1e-9: one step, on another machine
SAME = 1e-12  # what is left of other floats is divided once


@cache
def definition(scenario):
    return yaml.safe_load((FOLDER / scenario / "definition.yaml").read_text())


def crowd(scenario):
    return FOLDER / "crowds" / f"{definition(scenario)['metadata']['id']}.jsonl"


def lines(scenario):
    return crowd(scenario).read_text().splitlines()


def judged(scenario):
    """The experiment's object of the report."""
    return replayed(scenario)[0]


def decisions(scenario):
    """What was decided on the way."""
    return replayed(scenario)[1]


@cache
def replayed(scenario):
    with TemporaryDirectory() as out:
        report = replay(FOLDER / scenario, [crowd(scenario)], Path(out), HOUR, now=NOW)
        records = (Path(out) / "decisions.jsonl").read_text().splitlines()
    id_ = definition(scenario)["metadata"]["id"]
    return report["experiments"][id_], [json.loads(record) for record in records]


def expected(scenario):
    return json.loads(written(scenario) or "{}")


def written(scenario):
    file = FOLDER / scenario / "expected.json"
    return file.read_text() if file.exists() else ""


def differences(expected, actual, path=""):
    """Where two reports differ: logs by more than 1e-9, ends of intervals by more than 1e-6, anything else at all."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        keys = sorted(expected.keys() | actual.keys())
        return [d for key in keys for d in differences(expected.get(key), actual.get(key), f"{path}/{key}")]
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return [
            d for i, pair in enumerate(zip(expected, actual, strict=True)) for d in differences(*pair, f"{path}/{i}")
        ]
    same = expected == actual or _close(expected, actual, path.rpartition("/")[2])
    return [] if same else [f"{path}: expected {expected}, found {actual}"]


def _close(expected, actual, name):
    floats = isinstance(expected, float) and isinstance(actual, float)
    return floats and abs(expected - actual) <= NEAR.get(name, SAME * abs(expected))


def rewrite(scenario):
    """Take what is found as expected; the difference, line by line."""
    before, after = written(scenario), json.dumps(judged(scenario), indent=1) + "\n"
    (FOLDER / scenario / "expected.json").write_text(after)
    lines = before.splitlines(), after.splitlines()
    return list(difflib.unified_diff(*lines, f"{scenario}, before", f"{scenario}, after", lineterm="", n=1))
