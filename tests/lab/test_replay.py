"""Replay: the same bytes again and again, whatever the files look like and however often one looks."""

import random

import pytest

from streams.codecs.rekeyed import encode
from streams.core.times import format_instant
from streams.core.watermarks import Watermark
from tests.lab.samples import DEFINITION, HOUR, MINUTE, START, conversion, counts, exposure, run, world, write

WORLD = world()
OVERRIDE = "schedule: {start_at: 2025-03-10T00:00:00Z, min_runtime: 0s, max_runtime: 7d, min_units: 1}"
SMALL = DEFINITION[: DEFINITION.index("schedule:")] + OVERRIDE


def demo(report):
    return report["experiments"]["demo"]


def instant(at):
    return format_instant(START + at)


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    return run(tmp_path_factory.mktemp("played"), WORLD)


def test_two_runs_are_equal_byte_by_byte(played, tmp_path):
    assert run(tmp_path, WORLD)[2] == played[2]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_the_file_does_not_matter(played, tmp_path, seed):
    shuffled = random.Random(seed).sample(WORLD, len(WORLD))
    assert run(tmp_path, shuffled)[2] == played[2]


def test_splitting_and_packing_do_not_matter(played, tmp_path):
    packed = write(tmp_path / "packed.jsonl.gz", WORLD[100:])
    assert run(tmp_path / "split", packed, WORLD[:50], WORLD[50:100])[2] == played[2]


def test_blank_lines_and_line_ends_do_not_matter(played, tmp_path):
    write(tmp_path / "plain.jsonl", WORLD)
    content = (tmp_path / "plain.jsonl").read_bytes().replace(b"\n", b" \r\n\n\t\n").rstrip()
    (tmp_path / "odd.jsonl").write_bytes(content)
    assert run(tmp_path, tmp_path / "odd.jsonl")[2] == played[2]


@pytest.mark.parametrize("look_every", [1, 7, 3_600, 86_400])
def test_counts_do_not_depend_on_how_often_one_looks(played, tmp_path, look_every):
    assert counts(run(tmp_path, WORLD, look_every=look_every)[0]) == counts(played[0])


def test_looking_less_often_never_finds_more(played, tmp_path):
    rarely = demo(run(tmp_path, WORLD, look_every=3_600)[0])["metrics"]["bought"]["bold"]["vs_control"]
    often = demo(played[0])["metrics"]["bought"]["bold"]["vs_control"]
    assert rarely["log_e"] == often["log_e"]
    assert rarely["max_log_e"] <= often["max_log_e"]


def test_the_better_variant_wins_and_the_decisions_say_so(played):
    report, decisions, _ = played
    assert [one["data"]["verdict"] for one in decisions] == ["warming_up", "continue", "stop_success"]
    assert (demo(report)["verdict"], demo(report)["variant"]) == ("stop_success", "bold")
    assert demo(report)["stopped_at"] == decisions[-1]["time"]
    assert all(int(one["time"][17:19]) == 0 for one in decisions)


def test_looks_lie_on_multiples_and_see_what_was_recorded_before(tmp_path):
    events = [exposure("a", 30_000), exposure("b", MINUTE), exposure("c", MINUTE + 1)]
    _, decisions, _ = run(tmp_path, events, definition=SMALL)
    assert (decisions[0]["time"], decisions[0]["data"]["evidence"]["units"]["control"]) == (instant(MINUTE), 1)


def test_looks_that_change_nothing_are_skipped(tmp_path, monkeypatch):
    looks = []
    from streams.lab import driver

    consider = driver.consider
    monkeypatch.setattr(
        driver, "consider", lambda x, s, batch, **more: looks.extend(batch) or consider(x, s, batch, **more)
    )
    unchanging = [conversion("nobody", 2 * HOUR), exposure("c", 3 * HOUR, "purple")]
    run(tmp_path, [exposure("a", 0), *unchanging, exposure("b", 5 * HOUR)], definition=SMALL)
    entered_and_matured = [MINUTE, 11 * MINUTE, 5 * HOUR + MINUTE, 5 * HOUR + 11 * MINUTE]
    assert [one.clock for one in looks] == [START + at for at in entered_and_matured]


def test_the_clock_runs_on_until_the_last_unit_has_matured(tmp_path):
    report, _, _ = run(tmp_path, [exposure("a", 10_000)], definition=SMALL)
    assert demo(report)["metrics"]["bought"]["control"]["matured"] == 1
    assert demo(report)["clock"] == instant(12 * MINUTE)


def test_a_conversion_of_nobody_does_not_keep_the_clock_running(tmp_path):
    report, _, _ = run(tmp_path, [exposure("a", 0), conversion("nobody", 30 * MINUTE)], definition=SMALL)
    assert demo(report)["clock"] == instant(31 * MINUTE)


@pytest.mark.parametrize(("until", "matured"), [("2025-03-10T00:11:00Z", 1), ("2025-03-10T00:10:59.999Z", 0)])
def test_until_is_the_last_moment(tmp_path, until, matured):
    report, _, _ = run(tmp_path, [exposure("a", 0)], definition=SMALL, until=until)
    assert demo(report)["metrics"]["bought"]["control"]["matured"] == matured
    assert demo(report)["clock"] == until.replace("00Z", "00.000Z")


def test_until_the_end_of_the_runtime_the_default_is_told(tmp_path):
    events = [exposure(f"u{i}", i, ("control", "bold")[i % 2]) for i in range(10)]
    report, decisions, _ = run(tmp_path, events, definition=SMALL, until="2025-03-17T00:11:00Z")
    assert [one["data"]["verdict"] for one in decisions] == ["continue", "stop_max_runtime"]
    assert demo(report)["stopped_at"] == "2025-03-17T00:11:00.000Z"


def test_silence_is_not_told_of_recorded_events(tmp_path):
    _, decisions, _ = run(tmp_path, [exposure("a", 0), exposure("b", 9 * HOUR)], definition=SMALL)
    assert [one["data"]["verdict"] for one in decisions] == ["continue"]


def test_an_empty_file_is_a_report_of_nothing(tmp_path):
    report, decisions, written = run(tmp_path, [])
    assert ([report[key] for key in ("read", "accepted", "late", "unused")], report["rejected"]) == ([0] * 4, {})
    assert (demo(report)["verdict"], demo(report)["clock"], decisions) == ("warming_up", None, [])
    assert written[0].endswith(b"}\n")


def test_without_a_declared_start_the_epoch_starts_with_the_first_event(tmp_path):
    unstarted = SMALL.replace("start_at: 2025-03-10T00:00:00Z, ", "")
    events = [exposure("a", 0, recorded=30_000), exposure("b", MINUTE), exposure("c", 2 * MINUTE)]
    report, _, _ = run(tmp_path, events, definition=unstarted)
    assert demo(report)["excluded"]["warmup"] == 0
    assert demo(report)["metrics"]["bought"]["control"]["units"] == 3
    warm, _, _ = run(tmp_path, events, definition=unstarted.replace("min_units: 1", "min_units: 1, warmup: 1m"))
    assert demo(warm)["excluded"]["warmup"] == 1


def test_lines_that_cannot_be_read_are_counted_by_their_reason(tmp_path):
    odd = [b"{", b"\xff", b"[]", {"specversion": "1.0", "id": "x", "source": "/t", "time": instant(0), "type": "odd"}]
    report, _, _ = run(tmp_path, [*odd, exposure("a", 0), b"x" * (1 << 21)])
    assert report["rejected"] == {"too_large": 1, "malformed": 3, "unknown_type": 1}
    assert report["read"] == report["accepted"] + report["late"] + sum(report["rejected"].values()) == 6


def test_a_watermark_among_the_events_of_an_exported_topic_is_none_of_them(tmp_path):
    mark = encode(Watermark({"shop": 1}, {"shop": {0: START}}), ("peekproof.exposures", 0), b"key")
    report, _, _ = run(tmp_path, [mark, exposure("a", 0)])
    assert (report["read"], report["rejected"]) == (1, {})


@pytest.mark.parametrize("recorded", ["", "yesterday", 5])
def test_a_record_time_that_is_none_is_malformed(tmp_path, recorded):
    report, _, _ = run(tmp_path, [exposure("a", 0) | {"recordtime": recorded}])
    assert report["rejected"] == {"malformed": 1}


def test_without_a_record_time_the_future_begins_at_the_machine(tmp_path):
    future = exposure("a", 0) | {"time": "2026-01-01T00:05:00.001Z"}
    near = exposure("b", 0) | {"time": "2026-01-01T00:05:00Z"}
    assert run(tmp_path, [future, near])[0]["rejected"] == {"future": 1}


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59"])
def test_an_event_at_the_end_of_time_stops_nothing(tmp_path, time):
    odd = exposure("odd", 0) | {"time": time, "recordtime": time}
    report, _, _ = run(tmp_path, [exposure("a", 0), odd], definition=SMALL)
    assert report["accepted"] == 2


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "1969-12-31T23:59:59Z"])
def test_an_event_at_the_beginning_of_time_stops_nothing(tmp_path, time):
    unstarted = SMALL.replace("start_at: 2025-03-10T00:00:00Z, ", "")
    report, _, _ = run(tmp_path, [exposure("a", 0), exposure("odd", 0) | {"time": time}], definition=unstarted)
    assert report["accepted"] == 2


def test_progress_is_told(tmp_path):
    told = []
    run(tmp_path, WORLD[:50], progress=lambda stage, done: told.append((stage, done)))
    assert told[0] == ("reading", 0)
    assert told[-1] == ("judging", 50)
