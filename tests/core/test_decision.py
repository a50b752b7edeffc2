"""A decision as others read it: a CloudEvent with its evidence, chained to the one before."""

import hashlib
import json

from streams.core.decision import FIRST
from streams.core.evaluation import begin, consider
from tests.core import samples
from tests.core.samples import BOUGHT, DAY, HARMED, HOUR, START, experiment, judged, schedule, totals, track

X = experiment(BOUGHT, HARMED, **schedule(min_units=600))
COUNTED = {"multi_variant": 2, "late": 3, "duplicate": 5, "exposures": 2_003}
COLD = samples.look(totals(X, (200, 201)), START + HOUR)
WON = samples.look(totals(X, (1_000, 1_001), COUNTED, bought=(100, 210), left=(40, 41)), START + DAY, 77)
RECORDS = consider(X, begin(X), [COLD, WON])[1]
FIRST_ONE, SECOND = (json.loads(record) for record in RECORDS)


def test_the_envelope_is_a_cloud_event_at_the_clock_of_the_evidence():
    data = SECOND.pop("data")
    try:
        assert {
            "specversion": "1.0",
            "type": "peekproof.decision.v1",
            "id": hashlib.sha256(f"demo|1|{X.config_hash}|2".encode()).hexdigest(),
            "source": "/peekproof",
            "subject": "demo",
            "time": "2025-03-11T00:00:00.000Z",
            "datacontenttype": "application/json",
        } == SECOND
    finally:
        SECOND["data"] = data


def test_each_decision_names_the_bytes_of_the_one_before():
    assert FIRST_ONE["data"]["previous_hash"] == FIRST == "0" * 64
    assert SECOND["data"]["previous_hash"] == hashlib.sha256(RECORDS[0]).hexdigest()


def test_what_is_said_and_what_may_be_done():
    said = {key: value for key, value in SECOND["data"].items() if key not in ("evidence", "reasons", "previous_hash")}
    assert said == {
        "experiment_id": "demo",
        "epoch": 1,
        "revision": 1,
        "config_hash": X.config_hash,
        "seq": 2,
        "verdict": "stop_success",
        "action": "ship",
        "variant": "bold",
        "action_state": "recommended",
        "latched": True,
    }
    assert (FIRST_ONE["data"]["verdict"], FIRST_ONE["data"]["latched"]) == ("warming_up", False)


def test_the_evidence_says_where_the_log_was_read_and_what_was_counted():
    evidence = {key: value for key, value in SECOND["data"]["evidence"].items() if key not in ("metrics", "srm")}
    assert evidence == {
        "clock": {"0": "2025-03-11T00:00:00.000Z"},
        "offsets": {"peekproof.exposures": {"0": 77}, "peekproof.conversions": {"0": 77}},
        "units": {"control": 1_000, "bold": 1_001},
        "matured": {"control": 1_000, "bold": 1_001},
        "excluded": {
            "multi_variant": 2,
            "warmup": 0,
            "late": 3,
            "before_exposure": 0,
            "drift": 0,
            "missing_value": 0,
            "over_cap": 0,
        },
        "duplicate": 5,
        "state_hash": hashlib.sha256(json.dumps(WON.cells, separators=(",", ":")).encode()).hexdigest(),
    }


def test_every_contrast_carries_its_cells_and_its_tests():
    bought, left = SECOND["data"]["evidence"]["metrics"]
    assert (bought["id"], bought["variant"], bought["status"], bought["n"]) == (
        "bought",
        "bold",
        "winner",
        [1_000, 1_001],
    )
    assert bought["cells"] == {
        "control": {"converted_now": [100], "expired": [900], "matured": [1_000], "matured_converted": [100]},
        "bold": {"converted_now": [210], "expired": [791], "matured": [1_001], "matured_converted": [210]},
    }
    early = ["early_better", "early_worse"]
    assert [test["kind"] for test in bought["tests"]] == ["superiority", "harm", "futility", *early]
    assert [test["kind"] for test in left["tests"]] == ["non_inferiority", "harm", *early]
    assert [test["null"] for test in left["tests"]][:2] == ["worse by 0.01 or more", "not worse by more than 0.01"]
    assert [test["reading"] for test in left["tests"]] == ["matured", "matured", "early", "early"]


def test_a_crossing_can_be_recounted():
    superiority, harm, *_ = SECOND["data"]["evidence"]["metrics"][0]["tests"]
    assert superiority["crossing"] == {
        "offsets": {"0": [77, 77]},
        "clock": {"0": "2025-03-11T00:00:00.000Z"},
        "cells": WON.cells,
        "log_e": superiority["best_log_e"],
    }
    assert superiority["best_log_e"] >= superiority["threshold"]
    assert harm["crossing"] is None


def test_the_early_reading_and_the_split_leave_their_crossings_too():
    x = experiment(BOUGHT)
    first, later = totals(x, (3_000, 2_000), bought=(100, 300)), totals(x, (9_000, 9_000), bought=(900, 900))
    _, (record, *_) = judged(x, first)
    evidence = record["data"]["evidence"]
    tests = {test["kind"]: test for test in evidence["metrics"][0]["tests"]}
    assert evidence["srm"]["crossing"]["cells"] == tests["early_better"]["crossing"]["cells"] == first
    assert evidence["srm"]["crossing"]["log_e"] == evidence["srm"]["max_log_e"]
    assert tests["early_worse"]["crossing"] is None
    _, (record,) = judged(x, later)
    assert record["data"]["evidence"]["srm"]["crossing"] is None


def test_the_state_remembers_the_last_decision():
    state, _ = consider(X, begin(X), [COLD, WON])
    assert (state.decided.id, state.decided.seq, state.decided.clock) == (SECOND["id"], 2, START + DAY)
    assert state.decided.hash == hashlib.sha256(RECORDS[1]).hexdigest()
    assert str(track(X, "bought", "bold", "better")) in state.crossings
