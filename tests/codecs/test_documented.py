"""What docs/definition.md shows can be run, and the methods it names are those there are."""

import json
import re
from pathlib import Path

import pytest
import yaml

from streams.codecs.definitions import parse
from streams.core.methods import known
from tests.core.outcomes.samples import TYPES
from tests.core.samples import BOUGHT, definition, experiment

TEXT = (Path(__file__).parents[2] / "docs" / "definition.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
PURCHASE = BOUGHT | {"id": "purchase"}


def whole(example):
    """A part of a definition, put into one."""
    found = yaml.safe_load(example)
    parts = {"metrics": found} if isinstance(found, list) else found
    return parts if "kind" in parts else definition(PURCHASE) | parts


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_accepted(example):
    assert parse(json.dumps(whole(example)).encode()).metrics


def test_there_are_examples_of_the_types_and_methods():
    assert len(EXAMPLES) >= 4


@pytest.mark.parametrize(
    ("row", "type_"),
    [
        ("binary, retention, quantile", "binary"),
        ("count, continuous", "continuous"),
        ("count, continuous with a covariate", "with covariate"),
        ("ratio", "ratio"),
    ],
)
def test_the_methods_of_a_metric_are_told(row, type_):
    (told,) = re.findall(rf"^\| {row} \| (.*) \|$", TEXT, re.MULTILINE)
    metric = experiment(TYPES[type_]).metrics[0]
    names = re.findall(r"`(\w+)`", told)
    assert set(names) - {"theta"} == set(known(metric.spec))
    assert metric.method in names
