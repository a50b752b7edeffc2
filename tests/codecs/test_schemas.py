"""The published JSON Schemas are those of the code, and say of documents what the code says of them."""

import json
from pathlib import Path

import msgspec
import pytest
import yaml

from streams.codecs import decisions
from streams.codecs.definitions import _quantity
from streams.codecs.schemas import _parts, published
from streams.core import schema
from streams.core.evaluation import begin, consider
from tests.codecs.json_schema import faults
from tests.codecs.samples import CONVERSION, EXPOSURE, changed
from tests.core.outcomes.samples import TYPES
from tests.core.samples import BOUGHT, HARMED, definition, experiment, look, totals

FOLDER = Path(__file__).parents[2] / "docs" / "schemas"
SCHEMAS = {name: json.loads(text) for name, text in published().items()}
FULL = yaml.safe_load((Path(__file__).parent / "full.yaml").read_text().replace(" on:", ' "on":'))
FULL["assignment"]["phases"][0]["from"] = "2026-11-25T00:00:00Z"


def test_the_published_schemas_are_those_of_the_code():
    written = {file.stem: file.read_text() for file in FOLDER.glob("*.json")}
    assert written == published(), "run: python scripts/schemas.py"


def test_the_example_of_the_contracts_fits():
    assert faults(SCHEMAS["definition"], FULL) == []


@pytest.mark.parametrize("metric", TYPES.values(), ids=TYPES)
def test_a_metric_of_every_type_fits(metric):
    assert faults(SCHEMAS["definition"], definition(metric)) == []


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("metadata.id", "Demo", ("/metadata/id", "pattern")),
        ("metadata.ovner", 1, ("/metadata/ovner", "enum")),
        ("kind", "Trial", ("/kind", "enum")),
        ("hypothesis", "short", ("/hypothesis", "minLength")),
        ("schedule.min_runtime", "3 days", ("/schedule/min_runtime", "pattern")),
        ("schedule.min_runtime", 3, ("/schedule/min_runtime", "type")),
        ("assignment.coverage", 2, ("/assignment/coverage", "maximum")),
        ("metrics", [], ("/metrics", "minItems")),
        ("metadata.owner", ..., ("/metadata", "required")),
    ],
)
def test_what_the_reader_refuses_does_not_fit(path, value, fault):
    whole = changed(definition(), path, value)
    assert faults(SCHEMAS["definition"], whole) == [fault]
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(whole, schema.Definition, dec_hook=_quantity)


def test_every_default_is_told_as_one_would_write_it():
    told = 0
    for part in _parts():
        properties = SCHEMAS["definition"]["$defs"][part.__name__]["properties"]
        for field in msgspec.structs.fields(part):
            if not field.required:
                default = properties[field.encode_name]["default"]
                expected = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
                assert msgspec.convert(default, field.type, dec_hook=_quantity) == expected
                told += 1
    assert told > 80
    assert SCHEMAS["definition"]["$defs"]["Schedule"]["properties"]["no_data_grace"]["default"] == "1h"


@pytest.mark.parametrize(("name", "event"), [("exposure", EXPOSURE), ("conversion", CONVERSION)])
def test_events_fit_theirs_alone(name, event):
    assert faults(SCHEMAS[name], event) == []
    assert faults(SCHEMAS[name], changed(event, "data.unit_id", "")) == [("/data/unit_id", "minLength")]
    other = {"exposure": "conversion", "conversion": "exposure"}[name]
    assert faults(SCHEMAS[other], event) != []


def decided(x, cells):
    return consider(x, begin(x), [look(cells)])[1]


DECIDED = {
    "undecided": ((100, 100), {}),
    "a winner": ((5_000, 5_000), {"bought": (100, 400)}),
    "a broken split": ((5_000, 9_000), {}),
    "harm": ((5_000, 5_000), {"left": (100, 900)}),
}


@pytest.mark.parametrize(("units", "converted"), DECIDED.values(), ids=DECIDED)
def test_a_decision_has_exactly_the_fields_it_should(units, converted):
    x = experiment(BOUGHT, HARMED)
    (record,) = decided(x, totals(x, units, **converted))
    assert json.loads(msgspec.json.encode(decisions.decode(record))) == json.loads(record)
    assert faults(SCHEMAS["decision"], json.loads(record)) == []


@pytest.mark.parametrize("metric", TYPES.values(), ids=TYPES)
def test_a_decision_about_any_type_of_metric_fits(metric):
    x = experiment(metric)
    (record,) = decided(x, totals(x, (100, 100)))
    assert faults(SCHEMAS["decision"], json.loads(record)) == []
