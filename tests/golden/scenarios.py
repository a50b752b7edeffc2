"""The golden scenarios: a definition, events, and the part of report.json predicted from the rules by hand."""

import gzip
import json
from pathlib import Path

import pytest
import yaml

from tests.oracle.definitions import instant
from tests.oracle.oracle import report

FOLDER = Path(__file__).parent
IDS = sorted(file.parent.name for file in FOLDER.glob("*/expected.json"))
NOW = instant("2026-01-01T00:00:00Z")
PREDICTED = {"experiments", "rejected", "late", "unused", "accepted", "read"}


def expected(scenario):
    return json.loads((FOLDER / scenario / "expected.json").read_text())


def predictions(scenario):
    return {key: value for key, value in expected(scenario).items() if key in PREDICTED}


def until(scenario):
    return dict(zip(*[iter(expected(scenario).get("args", []))] * 2, strict=True)).get("--until")


def definitions_folder(scenario):
    several = FOLDER / scenario / "definitions"
    return several if several.is_dir() else FOLDER / scenario


def definitions(scenario):
    return [yaml.safe_load(file.read_text()) for file in sorted(definitions_folder(scenario).glob("*.yaml"))]


def events_file(scenario):
    return next((FOLDER / scenario).glob("events.jsonl*"))


def lines(scenario):
    file = events_file(scenario)
    content = file.read_bytes()
    return (gzip.decompress(content) if file.suffix == ".gz" else content).split(b"\n")


def recount(scenario):
    return report(definitions(scenario), lines(scenario), NOW, instant(until(scenario)))


def differences(predicted, actual, path=""):
    """Where the prediction fails; what is not predicted does not matter, and a count that is not there is 0."""
    if not isinstance(predicted, dict):
        near = pytest.approx(predicted, rel=1e-12, abs=0) if isinstance(predicted, float) else predicted
        same = actual == near
        return [] if same else [f"{path}: expected {predicted}, found {actual}"]
    missing = {key for key in predicted if key not in actual and predicted[key] != 0}
    found = [d for k in predicted.keys() - missing for d in differences(predicted[k], actual.get(k, 0), f"{path}/{k}")]
    return sorted(found) + [f"{path}/{key}: missing" for key in sorted(missing)]
