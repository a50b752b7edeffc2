"""A decision that was made is verified; whatever is tampered with is found, and where."""

import hashlib
import json

import pytest

from streams.audit.verify import Choice, NothingToVerifyError
from streams.codecs.rekeyed import encode
from streams.core.watermarks import Watermark
from tests.audit.samples import ALL, FAULTLESS, World, compact, found
from tests.lab import samples
from tests.lab.samples import DEFINITION, MINUTE


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("world"))


def test_what_a_replay_decided_is_verified(world):
    report = world.verified()
    assert [(one.verdict, one.found) for one in report.decisions] == [
        ("warming_up", FAULTLESS),
        ("continue", FAULTLESS),
        ("stop_success", FAULTLESS),
    ]
    assert (report.ok, report.records, report.repeated, report.chain) == (True, 3, 0, [])


def test_every_record_of_the_source_is_explained(world):
    (log,) = world.verified(events=[*world.events, b"{"]).source
    assert (log.log, log.consumed, log.unexplained) == ("events", len(world.events) + 1, 0)
    assert (log.accepted + log.late, log.rejected) == (len(world.events), {"malformed": 1})


def test_a_watermark_in_the_source_is_no_event_and_not_unexplained(world):
    mark = encode(Watermark({"shop": 1}, {"shop": {0: 7}}), ("peekproof.exposures", 0), b"")
    report = world.verified(events=[*world.events, mark])
    (log,) = report.source
    assert (log.watermarks, log.rejected, log.unexplained, report.ok) == (1, {}, 0, True)


@pytest.mark.parametrize(
    ("choice", "seqs"),
    [
        (Choice(), [3]),
        (ALL, [1, 2, 3]),
        (Choice(since="2025-03-10T00:33:00Z", all_=True), [2, 3]),
        (Choice(experiment="demo"), [3]),
    ],
)
def test_one_chooses_what_is_verified(world, choice, seqs):
    report = world.verified(choice=choice)
    assert ([one.seq for one in report.decisions], report.ok) == (seqs, True)


@pytest.mark.parametrize("choice", [Choice(experiment="other"), Choice(since="2025-03-11T00:00:00Z")])
def test_nothing_is_not_verified(world, choice):
    with pytest.raises(NothingToVerifyError, match="nothing has been verified"):
        world.verified(choice=choice)


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (lambda e: e["units"].update(bold=1), "units/bold: recorded 1, recounted "),
        (lambda e: e["matured"].update(bold=1), "matured/bold: recorded 1, recounted "),
        (lambda e: e["excluded"].update(late=7), "excluded/late: recorded 7, recounted "),
        (lambda e: e.update(duplicate=7), "duplicate: recorded 7, recounted 0"),
        (
            lambda e: e["metrics"][1]["cells"]["bold"]["squares"].__setitem__(0, 7),
            "spent/bold/0/squares: recorded 7, recounted ",
        ),
        (lambda e: e.update(state_hash="0" * 64), f"state_hash: recorded '{'0' * 64}', recounted "),
        (lambda e: e["offsets"]["peekproof.exposures"].update({"0": 9}), "units/control: recorded "),
        (lambda e: e["clock"].update({"0": "2025-03-10T00:20:00.000Z"}), "matured/control: recorded "),
    ],
)
def test_a_count_that_the_source_does_not_tell_is_found(world, change, finding):
    report = world.verified(world.forged(2, lambda said: change(said["evidence"])))
    assert (report.ok, report.chain) == (False, [])
    assert found(report)[2, "recount"].startswith(finding)
    assert {seq for seq, _ in found(report)} == {2}


def less(units):
    units["bold"] -= 1


def test_units_that_are_not_told_right_do_not_go_with_the_evidence(world):
    report = world.verified(world.forged(3, lambda said: less(said["evidence"]["units"])))
    assert found(report)[3, "evidence"].startswith("data/evidence/srm/log_e: recorded ")


def told_of(said, metric=0, test=0):
    return said["evidence"]["metrics"][metric]["tests"][test]


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (
            lambda said: told_of(said).update(log_e=1.5),
            "data/evidence/metrics/bought bold/tests/superiority/log_e: rec",
        ),
        (lambda said: told_of(said, 1, 2).update(log_e=0.5), "data/evidence/metrics/spent bold/tests/futility/log_e: "),
        (
            lambda said: told_of(said).update(threshold=1.0),
            "data/evidence/metrics/bought bold/tests/superiority/thresh",
        ),
        (
            lambda said: told_of(said).update(p_always_valid=0.01),
            "data/evidence/metrics/bought bold/tests/superiority/",
        ),
        (lambda said: told_of(said).update(best_log_e=1.0), "bought bold superiority: best_log_e 1.0 and threshold "),
        (lambda said: told_of(said).update(best_log_e=50.0), "bought bold superiority: recorded best_log_e 50.0, but "),
        (lambda said: said["evidence"]["srm"].update(log_e=2.0), "data/evidence/srm/log_e: recorded 2.0, derived "),
        (lambda said: said["evidence"]["metrics"][0].update(lower=0.2), "data/evidence/metrics/bought bold/lower: rec"),
        (lambda said: said["evidence"]["metrics"][0].update(status="futile"), "data/evidence/metrics/bought bold/stat"),
        (lambda said: said.update(verdict="stop_harm"), "data/verdict: recorded 'stop_harm', derived 'stop_success'"),
        (lambda said: said.update(action="review"), "data/action: recorded 'review', derived 'ship'"),
        (lambda said: said.update(latched=False), "data/latched: recorded False, derived True"),
        (lambda said: said.update(reasons=["so it was"]), "data/reasons/0: recorded 'so it was', derived 'primary "),
        (
            lambda said: told_of(said).update(crossing=None, fired_at=None),
            "data/verdict: recorded 'stop_success', deri",
        ),
        (
            lambda said: told_of(said)["crossing"].update(log_e=4.0),
            "bought bold superiority, crossing: recorded log_e 4",
        ),
    ],
)
def test_evidence_that_does_not_follow_is_found(world, change, finding):
    report = world.verified(world.forged(3, change))
    assert (report.ok, report.chain) == (False, [])
    first = report.decisions[2].found["evidence"]
    assert [one for one in first if one.startswith(finding)] != []
    assert {seq for seq, _ in found(report)} == {3}


def test_the_cells_of_a_crossing_are_recounted_too(world):
    def change(said):
        told_of(said)["crossing"]["cells"][-1] += 1

    report = world.verified(world.forged(3, change))
    assert found(report)[3, "recount"].startswith(
        "crossing of bought bold superiority: spent/bold/0/squares: recorded "
    )


def test_maxima_that_fall_and_crossings_that_move_are_found(world):
    def higher(said):
        told_of(said).update(max_log_e=9.0, p_always_valid=0.00012340980408667956, best_log_e=2.0)

    assert found(world.verified(world.forged(2, higher)))[3, "evidence"].startswith(
        "bought bold superiority: max_log_e is "
    )


def test_a_first_crossing_that_moved_is_found(tmp_path):
    lopsided = [samples.exposure(f"x{number}", 110 * MINUTE + number) for number in range(800)]
    world = World(tmp_path, [*samples.world(), *lopsided])
    verdicts = [json.loads(line)["data"]["verdict"] for line in world.lines]
    assert verdicts == ["warming_up", "continue", "stop_success", "invalid_srm"]

    def change(said):
        told_of(said)["crossing"]["offsets"]["0"][0] += 1

    assert world.verified().ok is True
    assert (
        "bought bold superiority: the first crossing is not the one of seq 3"
        in (world.verified(world.forged(4, change)).decisions[3].found["evidence"])
    )


def test_a_decision_after_one_of_other_metrics_is_checked_as_far_as_it_goes(world):
    def change(said):
        said["evidence"]["metrics"][0]["id"] = "sold"

    report = world.verified(world.forged(2, change))
    assert found(report)[2, "evidence"].startswith("tests are sold bold superiority, sold bold harm, ")
    assert report.decisions[2].found == FAULTLESS


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (lambda e: e["clock"].update({"1": "2025-03-10T01:27:00.000Z"}), "clock and offsets are not of the same part"),
        (
            lambda e: [each.update(x=each.pop("0")) for each in (e["clock"], *e["offsets"].values())],
            "'x' is no partiti",
        ),
        (lambda e: e["clock"].update({"0": "yesterday"}), "'yesterday' is not an RFC 3339 time"),
        (lambda e: e["offsets"].update(other={}), "offsets are of ['other', 'peekproof.conversions', 'peekproof.exp"),
        (
            lambda e: e["metrics"][0]["tests"].pop(),
            "tests are bought bold superiority, bought bold harm, bought bold futility, bought bold early_better, spe",
        ),
        (lambda e: e["units"].pop("bold"), "units/bold is not told"),
        (lambda e: e["units"].update(brave=1), "units/brave is told, but there is no such count"),
        (lambda e: e["metrics"][0]["tests"][0]["crossing"]["cells"].pop(), "a crossing has "),
        (lambda e: e["metrics"][0]["tests"][0]["crossing"]["clock"].clear(), "a crossing is not of the same partit"),
    ],
)
def test_a_record_of_another_shape_is_found_and_not_recounted(world, change, finding):
    report = world.verified(world.forged(3, lambda said: change(said["evidence"])))
    assert found(report)[3, "evidence"].startswith(finding)
    assert "recount" not in report.decisions[2].found


def test_another_definition_is_found_and_nothing_is_recounted_with_it(world):
    report = world.verified(definition=DEFINITION.replace("length: 10m", "length: 11m", 1))
    assert report.ok is False
    assert {check for one in report.decisions for check in one.found} == {"definition"}
    assert found(report)[1, "definition"].startswith("config_hash: recorded ")


def test_a_decision_without_a_definition_is_found(world):
    report = world.verified(definition=DEFINITION.replace("id: demo", "id: other"))
    assert found(report)[3, "definition"] == "there is no definition of demo"


def accepted_exposure(world):
    return next(i for i, one in enumerate(world.events) if one["id"] == "e-u40")


def test_an_event_that_was_removed_is_found(world):
    place = accepted_exposure(world)
    report = world.verified(events=world.events[:place] + world.events[place + 1 :])
    assert found(report)[3, "recount"].startswith("units/control: recorded ")
    assert (1, "recount") not in found(report)


def test_an_end_of_the_source_that_is_gone_is_unexplained(world):
    early = [one for one in world.events if one.get("recordtime", one["time"]) < "2025-03-10T01:20"]
    report = world.verified(events=early)
    assert [log.unexplained > 0 for log in report.source] == [True]


def test_a_record_that_nobody_counts_is_missed_too(tmp_path):
    end = 87 * MINUTE  # the look at which the last decision is made
    crowd = [one for one in samples.world() if one.get("recordtime", one["time"]) < "2025-03-10T01:27"]
    unused = samples.event("conversion", "n-1", end - 1, {"event": "nothing", "unit_id": "u1"})
    world = World(tmp_path, [*crowd, unused])
    assert (len(world.lines), world.verified().ok) == (3, True)
    report = world.verified(events=crowd)
    assert (found(report), report.ok) == ({}, False)
    assert [log.unexplained for log in report.source] == [1]


def test_of_too_many_conversions_the_same_thousand_are_used(tmp_path):
    buys = [
        samples.conversion("z", 40_000 + number, number / 100_000) | {"id": f"b{number}"} for number in range(1_200)
    ]
    world = World(tmp_path, [*samples.world(), samples.exposure("z", 30_000), *buys])
    assert b'"over_cap":0' not in world.lines[-1]
    assert world.verified().ok is True


def test_an_event_that_was_doubled_under_a_new_id_is_found(world):
    double = world.events[accepted_exposure(world)] | {"id": "e-again"}
    report = world.verified(events=[*world.events, double])
    assert found(report)[3, "recount"].startswith("units/bold: recorded ")


def test_a_record_that_was_sent_twice_counts_once(world):
    report = world.verified([*world.lines[:2], *world.lines[1:]])
    assert (report.ok, report.records, report.repeated) == (True, 4, 1)


def test_of_two_records_with_one_number_the_first_counts(world):
    late = compact(json.loads(world.lines[1]) | {"time": "2025-03-10T00:34:00.000Z"})
    assert world.verified([*world.lines, late]).ok is True
    assert world.verified([world.lines[0], late, *world.lines[1:]]).ok is False


@pytest.mark.parametrize("place", range(0, 3_400, 83))
def test_a_flipped_byte_is_found_wherever_it_is(world, place):
    whole = world.lines[1]
    flipped = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
    chain = world.verified([world.lines[0], flipped, world.lines[2]], choice=Choice()).chain
    assert any("line 2" in flaw.place or "seq 2" in flaw.text or "line 2" in flaw.text for flaw in chain)


def test_a_forged_hash_is_no_help_to_what_comes_after(world):
    lines = world.forged(2, lambda said: said.update(reasons=["so it was"]))
    assert json.loads(lines[2])["data"]["previous_hash"] == hashlib.sha256(lines[1]).hexdigest()
    report = world.verified([*lines[:2], world.lines[2]])
    assert [flaw.place for flaw in report.chain] == ["tampered.jsonl line 2"]


def test_an_epoch_that_starts_with_the_first_event_is_verified(tmp_path):
    open_ = DEFINITION.replace("start_at: 2025-03-10T00:00:00Z, ", "warmup: 2m, ")
    world = World(tmp_path, definition=open_)
    report = world.verified(definition=open_)
    assert (report.ok, len(report.decisions)) == (True, 3)


def test_a_broken_split_is_verified(tmp_path):
    units = [samples.exposure(f"u{number}", number, "control" if number % 4 else "bold") for number in range(400)]
    report = World(tmp_path, units).verified()
    assert (report.ok, report.decisions[-1].verdict) == (True, "invalid_srm")


PHASED = DEFINITION.replace(
    "exposure:", '  phases: [{from: "2025-03-10T00:40:00Z", weights: {control: 0.4, bold: 0.6}}]\nexposure:'
)


def test_several_phases_are_verified(tmp_path):
    report = World(tmp_path, definition=PHASED).verified()
    assert (report.ok, len(report.decisions) > 1) == (True, True)


GUARDED = DEFINITION.replace(
    "schedule:",
    "  - {id: left, role: guardrail, type: binary, event: left, direction: decrease, window: {length: 1h},\n"
    "     action: rollback, early_action: pause, mde: {relative: 0.5}, baseline: {mean: 0.1}}\nschedule:",
).replace("owner: {name: Ada}", "owner: {name: Ada}, runbook: https://example.org/rb")


def leaving(at, unit):
    return samples.event("conversion", f"l-{unit}", at, {"event": "left", "unit_id": unit})


def test_what_the_early_reading_did_before_there_were_units_enough_is_verified(tmp_path):
    gone = [leaving(number * MINUTE // 4 + 1_000, f"u{number}") for number in range(1, 90, 2)]
    world = World(tmp_path, [*samples.world(), *gone], definition=GUARDED)
    report = world.verified()
    assert "paused" in [one.verdict for one in report.decisions]
    assert report.ok is True
