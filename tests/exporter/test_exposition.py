"""The page says, in Prometheus' words, exactly what the objects say; read back with Prometheus' own parser."""

import sys
from datetime import datetime
from unittest.mock import Mock

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from streams.core.events import REASONS
from streams.core.form import form
from streams.exporter import exposition, vocabulary
from streams.exporter.catalogue import COUNTERS, GAUGES, HISTOGRAMS
from streams.exporter.exposition import render
from streams.worker import worker
from tests.web.sample import AA, BROKEN, HARM, WINNER
from tests.web.simulation import Play

PIPELINE = {
    "read": 120,
    "accepted": 100,
    "late": 15,
    "unused": 40,
    "rejected": {"malformed": 4, "future": 1},
    "partitions": {
        "0": {
            "clock": "2026-11-22T09:00:00Z",
            "offsets": {"peekproof.exposures": 7},
            "lag": 3,
            "lag_seconds": 1.5,
            "snapshot": "2026-11-22T09:00:00Z",
            "sources": {"peekproof.exposures": {"unexplained": 0}, "peekproof.conversions": {"unexplained": 2}},
        },
        "1": {"clock": None, "offsets": {}, "lag": None, "lag_seconds": None, "snapshot": None, "sources": {}},
    },
    "events": {
        "peekproof.exposures": {"accepted": 60, "late": 5, "rejected": {"malformed": 3}},
        "peekproof.conversions": {"accepted": 30, "late": 10, "rejected": {"malformed": 1, "future": 1}},
    },
    "units_in_state": 77,
    "behind_clock": 0,
    "stale_counts": 0,
    "rebalances": 2,
    "event_to_verdict": {"buckets": {"0.5": 3, "+Inf": 4}, "sum": 2.25},
    "recovering": False,
}
NOW = 1_795_338_000.5


def played(story, looks=140):
    play = Play(story)
    for _ in range(looks):
        obj, _, _ = play.look()
    return obj


class Page:
    """Samples of a rendered page by name and labels; empty labels are absent ones."""

    def __init__(self, experiments=(), **changes):
        text = render(experiments, PIPELINE | changes, NOW).decode()
        told = {family.name: family for family in text_string_to_metric_families(text)}
        self.families = {name: family for name, family in told.items() if name.startswith("peekproof_")}
        self.process = told.keys() - self.families.keys()
        self.samples = [sample for family in self.families.values() for sample in family.samples]

    def values(self, name, label, **having):
        """{value of `label`: sample} for the samples that carry the labels given."""
        wanted = having.items()
        found = [s for s in self.samples if s.name == "peekproof_" + name and wanted <= s.labels.items()]
        return {s.labels.get(label): s.value for s in found}

    def value(self, name, **having):
        return self.values(name, "", **having).get(None)


@pytest.fixture(scope="module")
def harmed():
    return played(HARM)


@pytest.fixture(scope="module")
def page(harmed):
    return Page([harmed, played(AA)])


def test_the_effect_and_its_bounds_are_those_of_the_object(page, harmed):
    versus = harmed["metrics"]["unsubscribe"]["personal_bold"]["vs_control"]
    arm = {
        "experiment": HARM.id,
        "team": "lifecycle",
        "metric": "unsubscribe",
        "role": "guardrail",
        "variant": "personal_bold",
    }
    names = ("effect", "effect_lower", "effect_upper", "relative_effect", "evidence_log_e", "p_always_valid")
    fields = ("estimate", "lower", "upper", "relative", "log_e", "p_always_valid")
    assert [versus[field] for field in fields] == [page.value(name, **arm) for name in names]


def test_units_are_counted_once_by_variant_and_matured_by_metric(page, harmed):
    cells = harmed["metrics"]["unsubscribe"]
    assert {v: c["units"] for v, c in cells.items()} == page.values(
        "units", "variant", experiment=HARM.id, state="entered"
    )
    assert cells["control"]["matured"] == page.value(
        "units", experiment=HARM.id, state="matured", metric="unsubscribe", variant="control"
    )
    assert harmed["excluded"]["multi_variant"] == page.value("units", experiment=HARM.id, state="excluded")


def test_the_control_has_a_mean_and_no_effect(page, harmed):
    means = page.values("metric_mean", "variant", experiment=HARM.id, metric="click")
    assert {variant: cell["mean"] for variant, cell in harmed["metrics"]["click"].items()} == means
    assert {"personal", "personal_bold"} == {*page.values("effect", "variant", experiment=HARM.id, metric="click")}


@pytest.mark.parametrize(
    ("name", "label", "known", "holds"),
    [
        ("verdict", "verdict", vocabulary.VERDICTS, "stop_harm"),
        ("experiment_state", "state", vocabulary.STATES, "stopped"),
    ],
)
def test_every_state_is_exported_and_one_of_them_holds(page, name, label, known, holds):
    assert {state: float(state == holds) for state in known} == page.values(name, label, experiment=HARM.id)


def test_every_status_is_exported_for_every_treatment_and_metric(page):
    statuses = page.values("metric_status", "status", experiment=HARM.id, metric="unsubscribe", variant="personal_bold")
    assert {status: float(status == "harmful") for status in vocabulary.STATUSES} == statuses
    assert {"personal", "personal_bold"} == {*page.values("metric_status", "variant", experiment=HARM.id)}


def test_a_latched_decision_is_named_by_its_id_and_a_passing_one_is_not(page, harmed):
    decision = harmed["decision"]
    instant = datetime.fromisoformat(decision["time"]).timestamp()
    assert {decision["id"]: 1} == page.values("decision_info", "decision_id")
    assert {"rollback"} == {*page.values("decision_info", "action", variant="personal_bold", verdict="stop_harm")}
    assert {HARM.id: instant} == page.values("decision_timestamp_seconds", "experiment")


def test_a_broken_split_is_invalid_and_shows_its_evidence():
    broken = played(BROKEN)
    page = Page([broken])
    assert broken["srm"]["log_e"] == page.value("srm_log_e", experiment=BROKEN.id)
    assert broken["srm"]["p_always_valid"] == page.value("srm_p_always_valid", experiment=BROKEN.id)
    assert [page.value("verdict", verdict="invalid_srm"), page.value("experiment_state", state="invalid")] == [1, 1]


def test_the_share_of_units_in_several_variants_is_of_all_units_seen(harmed):
    changed = harmed | {"excluded": {"multi_variant": 1000}}
    units = sum(cell["units"] for cell in harmed["metrics"]["click"].values())
    assert 1000 / (units + 1000) == Page([changed]).value("multi_exposed_ratio")


def test_what_is_not_known_leaves_no_sample(harmed):
    cell = harmed["metrics"]["click"]["personal"]
    unknown = cell | {"mean": None, "vs_control": dict.fromkeys(cell["vs_control"]) | {"status": "undecided"}}
    page = Page(
        [harmed | {"metrics": {"click": {"personal": unknown}}, "srm": {"log_e": None, "p_always_valid": None}}]
    )
    gone = ("metric_mean", "effect", "effect_lower", "effect_upper", "p_always_valid", "evidence_log_e", "srm_log_e")
    assert [{}] * len(gone) == [page.values(name, "variant") for name in gone]


def test_an_experiment_without_any_unit_is_exported():
    obj = played(WINNER, 1)
    empty = {
        m: {v: c | {"units": 0, "matured": 0, "mean": None} for v, c in cs.items()} for m, cs in obj["metrics"].items()
    }
    page = Page([obj | {"metrics": empty}])
    assert (page.value("multi_exposed_ratio"), page.value("units", state="entered", variant="control")) == (0, 0)


def test_the_newest_exposure_is_exported_when_it_is_known(harmed):
    page = Page([harmed | {"last_exposure": "2026-11-22T09:00:00.250Z"}])
    assert page.value("last_exposure_timestamp_seconds", experiment=HARM.id) == 1_795_338_000.25


def test_what_this_process_has_read_is_told_by_topic_and_outcome(page):
    exposures = page.values("events_total", "outcome", topic="peekproof.exposures")
    conversions = page.values("events_total", "outcome", topic="peekproof.conversions")
    assert exposures == {"accepted": 60, "late": 5, "rejected": 3}
    assert conversions == {"accepted": 30, "late": 10, "rejected": 2}
    assert page.value("late_total") == 15


def test_what_no_outcome_explains_is_told_of_every_log(page):
    unexplained = page.values("unexplained", "topic", partition="0")
    assert unexplained == {"peekproof.exposures": 0, "peekproof.conversions": 2}


def test_every_reason_is_exported_before_it_has_happened(page):
    rejected = page.values("rejected_total", "reason")
    assert dict.fromkeys(REASONS, 0) | {"malformed": 4, "future": 1} == rejected


def test_progress_is_given_by_partition_and_only_where_it_is_known(page):
    assert page.values("clock_timestamp_seconds", "partition") == {"0": 1_795_338_000.0}
    assert page.values("lag_records", "partition") == {"0": 3}
    assert page.values("lag_seconds", "partition") == {"0": 1.5}
    assert page.values("snapshot_timestamp_seconds", "partition") == {"0": 1_795_338_000.0}
    assert [page.value(name) for name in ("state_units", "rebalances_total")] == [77, 2]


def test_delays_are_a_histogram(page):
    assert page.values("event_to_verdict_seconds_bucket", "le") == {"0.5": 3, "+Inf": 4}
    assert [page.value(f"event_to_verdict_seconds_{part}") for part in ("sum", "count")] == [2.25, 4]


def test_stages_of_a_recovery_have_the_names_that_the_worker_gives_them():
    assert tuple(worker.STAGES) == vocabulary.STAGES


def test_what_is_being_recovered_is_told_stage_by_stage():
    assert Page([], stage=None).values("recovering", "stage") == dict.fromkeys(vocabulary.STAGES, 0)
    assert Page([], stage="source").values("recovering", "stage") == dict.fromkeys(vocabulary.STAGES, 0) | {"source": 1}


def test_the_worker_tells_its_time_and_build(page):
    assert page.value("worker_clock_timestamp_seconds") == NOW
    assert [*page.values("build_info", "version")] == ["0.1.0"]
    assert [*page.values("build_info", "core")] == [form()]


def test_nothing_is_said_of_experiments_while_state_is_rebuilt(harmed):
    page = Page([harmed], recovering=True, stage="counts")
    assert (page.value("recovering", stage="counts"), page.values("verdict", "experiment")) == (1, {})


def test_a_worker_that_knows_nothing_yet_still_has_a_page():
    text = render([], {}, NOW).decode()
    assert 'peekproof_rejected_total{reason="malformed"} 0.0' in text


def test_too_many_experiments_are_left_out_and_counted(harmed, monkeypatch):
    monkeypatch.setattr(exposition, "LIMIT", 2)
    page = Page([harmed | {"experiment_id": f"e{i}"} for i in range(5)])
    assert ({"e0", "e1"}, 3) == ({*page.values("srm_log_e", "experiment")}, page.value("experiments_unexported"))


@pytest.mark.parametrize("name", ['say "no"', "two\nlines", "back\\slash", "<script>", 'a",team="b', "naïve 試験"])
def test_names_survive_as_label_values(harmed, name):
    page = Page([harmed | {"about": harmed["about"] | {"name": name, "team": name}}])
    assert {name: 1} == page.values("experiment_info", "name", team=name)


def test_every_metric_of_the_catalogue_is_there_with_its_help(page):
    catalogue = GAUGES | COUNTERS | HISTOGRAMS
    expected = {f"peekproof_{name.removesuffix('_total')}": entry.help for name, entry in catalogue.items()}
    assert expected == {name: family.documentation for name, family in page.families.items()}


def test_counters_are_counters_and_restored_state_is_a_gauge(page):
    types = {name.removeprefix("peekproof_"): family.type for name, family in page.families.items()}
    assert {n.removesuffix("_total") for n in COUNTERS} == {name for name, kind in types.items() if kind == "counter"}
    assert {"gauge"} == {types[name] for name in GAUGES}
    assert {"histogram"} == {types[name] for name in HISTOGRAMS}


def test_no_label_is_exported_that_the_catalogue_does_not_name(page):
    known = {f"peekproof_{name}": {*entry.labels} for name, entry in (GAUGES | COUNTERS).items()}
    known |= {f"peekproof_{name}_{part}": {"le"} for name in HISTOGRAMS for part in ("bucket", "sum", "count")}
    assert [sample for sample in page.samples if not sample.labels.keys() <= known[sample.name]] == []


def test_the_client_library_reads_back_and_writes_the_same_page(page):
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Mock(Collector, collect=page.families.values))
    again = text_string_to_metric_families(generate_latest(registry).decode())
    assert page.samples == [sample for family in again for sample in family.samples]


def test_a_state_that_has_changed_is_told_anew(harmed):
    states = [Page([harmed | {"verdict": verdict}]).values("verdict", "verdict") for verdict in vocabulary.VERDICTS]
    assert [
        {other: float(other == verdict) for other in vocabulary.VERDICTS} for verdict in vocabulary.VERDICTS
    ] == states


def test_no_series_is_exported_twice(page):
    keys = [(sample.name, *sorted(sample.labels.items())) for sample in page.samples]
    assert len({*keys}) == len(keys)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of itself")
def test_the_process_tells_of_itself_under_the_names_that_everybody_knows(page):
    assert {"process_resident_memory_bytes", "process_cpu_seconds", "python_info"} <= page.process
