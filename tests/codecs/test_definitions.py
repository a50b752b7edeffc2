"""YAML to experiments: what a person may write, and what is said of what can't be run."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from streams.codecs import definitions
from streams.core.times import parse_instant
from streams.core.validation import DefinitionError
from tests.core.samples import BOUGHT, definition

FULL = (Path(__file__).parent / "full.yaml").read_text()
VALID = """
apiVersion: peekproof/v1
kind: Experiment
metadata: {id: demo, owner: {name: Ada}}
hypothesis: A bolder button raises purchases.
assignment:
  variants: [{key: control, role: control, weight: 0.5}, {key: bold, role: treatment, weight: 0.5}]
metrics: [{id: bought, role: primary, type: binary, event: order, window: {length: 5m}}]
"""


def parse(text):
    return definitions.parse(text.encode())


def problems(text):
    with pytest.raises(DefinitionError) as caught:
        definitions.parse(text if isinstance(text, bytes) else text.encode())
    return caught.value.problems


def pointers(text):
    return {problem.pointer for problem in problems(text)}


def test_the_example_of_the_contracts_is_refused_by_name_for_what_is_not_built_yet():
    assert [(p.pointer, p.wrong) for p in problems(FULL)] == [
        ("/segments", "testing by segment is not supported yet"),
        ("/governance/approvals", "approvals is not supported yet"),
    ]


def test_the_example_of_the_contracts_runs_without_those_two():
    kept = [line for line in FULL.splitlines() if not line.startswith(("segments:", "  approvals:"))]
    x = parse("\n".join(kept))
    assert (x.id, x.variants, [m.spec.id for m in x.metrics]) == (
        "checkout-cta-2026-11",
        ("control", "personal"),
        ["purchase", "unsubscribe"],
    )


def test_what_is_not_written_has_its_default():
    x = parse(VALID)
    assert (x.lateness, x.spec.exposure.clock_skew, x.metrics[0].opens) == (300_000, 300_000, 0)
    assert (x.spec.metrics[0].mde.relative, x.spec.statistics.alpha, x.spec.statistics.beta) == (0.05, 0.05, 0.2)
    assert (x.spec.statistics.multiplicity, x.spec.schedule.min_units) == ("closed", 1000)
    assert [(rule.then, rule.if_.is_) for rule in x.spec.decision.rules] == [
        ("rollback", "harmful"),
        ("ship", "winner"),
        ("rollback", "harmful"),
        ("stop_futility", "futile"),
    ]


REQUIRED = [
    "metadata.id",
    "metadata.owner",
    "hypothesis",
    "assignment.variants",
    "assignment.variants.0.weight",
    "metrics",
    "metrics.0.event",
    "metrics.0.window",
]


@pytest.mark.parametrize("path", REQUIRED)
def test_what_is_required_is_missed_by_name(path):
    whole = definition()
    part = whole = json.loads(json.dumps(whole))
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in way:
        part = part[step]
    del part[last]
    (problem,) = problems(json.dumps(whole))
    assert problem.pointer == "".join(f"/{step}" for step in way)
    assert f"`{last}`" in problem.wrong


@pytest.mark.parametrize(
    ("written", "typo", "place", "near"),
    [
        ("metrics:", "metrcs:", "", "metrics"),
        ("length:", "lenght:", "/metrics/0/window", "length"),
        ("role: control", "roel: control", "/assignment/variants/0", "role"),
        ("owner:", "ovner:", "/metadata", "owner"),
    ],
)
def test_an_unknown_key_is_an_error_with_the_nearest_known_name(written, typo, place, near):
    (problem,) = problems(VALID.replace(written, typo, 1))
    assert (problem.pointer, problem.fix) == (place, f"did you mean {near!r}?")


def test_an_unknown_key_that_is_like_nothing_is_to_be_removed():
    (problem,) = problems(VALID + "zzzzzzzz: 1\n")
    assert problem.fix == "remove it"


@pytest.mark.parametrize(
    ("id_", "accepted"),
    [
        ("a", True),
        ("a" * 63, True),
        ("0-a_b.c", True),
        ("a" * 64, False),
        ("-a", False),
        ("A", False),
        ("ä", False),
        ("", False),
        ("a b", False),
        ("a/b", False),
        ("a\n", False),
        ("a|b", False),
    ],
)
def test_an_id_is_short_and_plain(id_, accepted):
    whole = definition(metadata={"id": id_, "owner": {"name": "Ada"}})
    if accepted:
        assert parse(json.dumps(whole)).id == id_
    else:
        assert pointers(json.dumps(whole)) == {"/metadata/id"}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"hypothesis": "Too short."}, "/hypothesis"),
        ({"assignment": {"variants": [{"key": "control", "role": "control", "weight": 1}]}}, "/assignment/variants"),
        ({"metrics": []}, "/metrics"),
        ({"metrics": [BOUGHT | {"window": {"length": "5 min"}}]}, "/metrics/0/window/length"),
        ({"metrics": [BOUGHT | {"window": {"length": 300}}]}, "/metrics/0/window/length"),
        ({"metrics": [BOUGHT | {"direction": "up"}]}, "/metrics/0/direction"),
        ({"schedule": {"start_at": "yesterday"}}, "/schedule/start_at"),
        ({"schedule": {"start_at": 17}}, "/schedule/start_at"),
        ({"schedule": {"min_units": -1}}, "/schedule/min_units"),
        ({"exposure": {"block_ratio": 1.5}}, "/exposure/block_ratio"),
        ({"exposure": {"accept": ["click"]}}, "/exposure/accept/0"),
        ({"statistics": {"method": {"bought": 3}}}, "/statistics/method/*"),
        ({"metrics": [BOUGHT | {"filter": {"all": [{"attr": ""}]}}]}, "/metrics/0/filter/all/0/attr"),
        ({"apiVersion": "peekproof/v2"}, "/apiVersion"),
        ({"kind": "Test"}, "/kind"),
    ],
)
def test_a_wrong_value_is_found_at_its_place(changes, pointer):
    assert pointers(json.dumps(definition(**changes))) == {pointer}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2025-03-10T00:00:00Z", "2025-03-10T00:00:00Z"),
        ('"2025-03-10T00:00:00.5+01:00"', "2025-03-09T23:00:00.5Z"),
        ("2025-03-10T00:00:00+01:00", "2025-03-09T23:00:00Z"),
        ("2025-03-10 00:00:00", "2025-03-10T00:00:00Z"),
        ("2025-03-10", "2025-03-10T00:00:00Z"),
    ],
)
def test_a_time_may_be_written_as_yaml_writes_it(written, read):
    assert parse(VALID + f"schedule: {{start_at: {written}}}\n").effective_from == parse_instant(read)


def test_on_is_a_word_and_true_is_not():
    text = VALID + "notify: {on: [harm, srm, multi_exposure, no_data, decision, stale]}\n"
    assert parse(text).spec.notify.on[0] == "harm"
    assert pointers(VALID + "decision: {require_net_value: true}\n") == {"/decision/require_net_value"}
    assert pointers(VALID + "decision: {require_net_value: yes}\n") == {"/decision/require_net_value"}


def test_a_key_that_is_no_text_is_found_at_its_place():
    assert pointers(VALID + "statistics: {method: {1: sprt}}\n") == {"/statistics/method"}


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BOMB, "aliases and deep nesting are not accepted"),
        ("[" * 17 + "]" * 17, "aliases and deep nesting are not accepted"),
        ("[" * 100_000, "aliases and deep nesting are not accepted"),
        (VALID + "#" + "x" * 1_000_000, "longer than 262144 bytes"),
        ("a: [", "not YAML"),
        ("a: !!python/object:os.system x", "not YAML"),
        (b"\xff\xfe\xff", "not YAML"),
        ("a: 1\n---\nb: 2\n", "not YAML"),
        ("? [a]\n: b\n", "not YAML"),
        ("a: 2025-99-99T00:00:00Z", "not YAML"),
    ],
)
def test_what_is_no_plain_yaml_is_refused_at_once(text, words):
    (problem,) = problems(text)
    assert words in problem.wrong
    assert problem.fix


def test_sixteen_levels_are_enough_for_everybody():
    assert "aliases" not in problems("[" * 16 + "]" * 16)[0].wrong


@pytest.mark.parametrize("text", ["", "3", "[]", "null", "just words"])
def test_what_is_no_object_is_refused(text):
    assert pointers(text) == {""}


def test_a_key_written_twice_is_an_error():
    assert problems(VALID + "hypothesis: Another one that is long enough.\n")


def test_the_hash_names_the_canonical_form():
    canonical = definitions._canonical(parse(VALID).spec)
    assert parse(VALID).config_hash == hashlib.sha256(canonical).hexdigest()
    assert list(json.loads(canonical)) == sorted(json.loads(canonical))
    assert not re.search(rb"\s", canonical.replace(b"A bolder button raises purchases.", b""))


def test_writing_a_default_or_another_order_changes_no_hash():
    same = "exposure: {multi_variant: exclude, lateness: 300s}\n" + VALID + "schedule: {min_runtime: 72h}\n"
    assert parse(same).config_hash == parse(VALID).config_hash


def test_another_value_changes_the_hash():
    assert parse(VALID + "exposure: {lateness: 6m}\n").config_hash != parse(VALID).config_hash
