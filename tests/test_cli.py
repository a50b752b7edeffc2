"""The command line: help with an example everywhere, exit codes, and errors in one line that say what to mend."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from streams import cli
from streams.worker import topics
from tests.lab.samples import DEFINITION, exposure, world, write

COMMANDS = [
    ["demo"],
    ["worker"],
    ["ingest"],
    ["replay"],
    ["loadgen"],
    ["plan"],
    ["simulate"],
    ["verify"],
    ["topics", "plan"],
    ["topics", "apply"],
]


def call(*arguments):
    return CliRunner().invoke(cli.app, [str(one) for one in arguments], env={"COLUMNS": "200", "NO_COLOR": "1"})


@pytest.fixture
def main(monkeypatch, capsys):
    """Run a command as the console script does: (exit code, standard output, standard error)."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["peekproof", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code or 0, *capsys.readouterr()

    return run


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "demo.yaml").write_text(DEFINITION)
    write(tmp_path / "events.jsonl", world(40))
    return tmp_path


def replay(folder, *more, events="events.jsonl"):
    return ["replay", "--experiments", folder, "--events", folder / events, "--out", folder / "out", *more]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example_of_itself(command):
    result = call(*command, "--help")
    assert result.exit_code == 0
    assert f"Example: peekproof {' '.join(command)}" in result.stdout
    options = [line for line in result.stdout.splitlines() if line.lstrip("│* ").startswith("--")]
    assert len(options) >= 2


def test_every_command_is_tried_here():
    names = {command.name or command.callback.__name__ for command in cli.app.registered_commands}
    inner = {command.name or command.callback.__name__ for command in cli.topics.registered_commands}
    assert {one[0] for one in COMMANDS} == names | {"topics"}
    assert {one[1] for one in COMMANDS if len(one) > 1} == inner


@pytest.mark.parametrize("arguments", [["--help"], [], ["topics", "--help"]])
def test_the_commands_are_listed(arguments):
    stdout = call(*arguments).stdout
    wanted = ["plan", "apply"] if "topics" in arguments else ["demo", "worker", "replay", "loadgen", "topics"]
    assert [name for name in wanted if name not in stdout] == []


def test_a_replay_writes_its_files_and_says_where(folder, main):
    assert main(*replay(folder)) == (0, f"{folder / 'out/report.json'}\n{folder / 'out/decisions.jsonl'}\n", "")
    assert json.loads((folder / "out/report.json").read_text())["read"] == len(world(40))
    assert b"warming_up" in (folder / "out/decisions.jsonl").read_bytes()


def test_a_replay_prints_its_report_for_machines(folder, main):
    code, out, err = main(*replay(folder, "--json", "--look-every", 3_600, "--until", "2025-03-11T00:00:00Z"))
    assert (code, err) == (0, "")
    assert json.loads(out) == json.loads((folder / "out/report.json").read_text())
    assert json.loads(out)["experiments"]["demo"]["clock"] == "2025-03-11T00:00:00.000Z"


def test_a_bad_verdict_is_no_error(folder, main):
    units = [exposure(f"u{i}", i, "control" if i % 4 else "bold") for i in range(400)]
    write(folder / "events.jsonl", units)
    code, out, _ = main(*replay(folder, "--json"))
    assert (code, json.loads(out)["experiments"]["demo"]["verdict"]) == (0, "invalid_srm")


def test_a_definition_that_cannot_run_is_a_usage_error_with_its_place_and_fix(folder, main):
    (folder / "demo.yaml").write_text(DEFINITION.replace("weight: 0.5", "weight: 0.4", 1))
    assert main(*replay(folder)) == (
        2,
        "",
        f"peekproof: {folder / 'demo.yaml'}#/assignment/variants: weights sum to 0.9; let them sum to 1\n",
    )


def test_a_folder_without_definitions_is_a_usage_error(folder, main):
    (folder / "demo.yaml").unlink()
    assert main(*replay(folder)) == (2, "", f"peekproof: {folder}: no experiment definition (*.yaml) here; add one\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["replay"], "Missing option"),
        (["replay", "--experiments", "/nowhere", "--events", "/nowhere", "--out", "/tmp"], "does not exist"),
        (["nonsense"], "No such command"),
        (["worker"], "Missing option"),
        (["loadgen"], "give either --experiments or --events"),
        (["verify", "--experiments", "."], "give either --bootstrap, or --events and --decisions"),
        (["verify", "--experiments", ".", "--bootstrap", "b:1", "--decisions", "."], "give either --bootstrap, or"),
        (["loadgen", "--rate", "0"], "greater than or equal to 0.1"),
        (["topics", "plan", "--partitions", "0"], "greater than or equal to 1"),
    ],
)
def test_wrong_usage_ends_with_two(arguments, words):
    result = call(*arguments)
    assert result.exit_code == 2
    assert words in " ".join(result.output.replace("│", " ").split())


@pytest.mark.parametrize("wrong", [["--until", "tomorrow"], ["--until", "2025-03-11"]])
def test_a_time_that_is_none_is_a_usage_error(folder, main, wrong):
    code, out, err = main(*replay(folder, *wrong))
    assert (code, out) == (2, "")
    assert "is not an RFC 3339 time such as 2026-11-22T10:00:00.123Z" in " ".join(err.replace("│", " ").split())


def test_a_file_that_is_not_gzip_is_a_usage_error(folder, main):
    (folder / "events.jsonl.gz").write_bytes(b"plain text")
    code, _, err = main(*replay(folder, events="events.jsonl.gz"))
    assert code == 2
    assert err.startswith("peekproof: ")
    assert err.count("\n") == 1


def test_a_file_that_ends_too_early_is_a_usage_error(folder, main):
    whole = write(folder / "events.jsonl.gz", world(40)).read_bytes()
    (folder / "events.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    code, _, err = main(*replay(folder, events="events.jsonl.gz"))
    assert (code, err.count("\n")) == (2, 1)


def test_a_truth_that_is_none_is_a_usage_error(folder, main):
    (folder / "truth.yaml").write_text("demo: {verdict: 5}\n")
    code, _, err = main(
        "loadgen", "--experiments", folder / "demo.yaml", "--truth", folder / "truth.yaml", "--seconds", 1
    )
    assert code == 2
    assert "truth.yaml" in err
    assert "verdict" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--idle-clock", "sun"], "idle_clock (PEEKPROOF_IDLE_CLOCK)"),
        (["--until", "2025-03-11T00:00:00Z"], "until (PEEKPROOF_UNTIL): moves the clock to a fixed time"),
        (["--idle-clock", "record", "--until", "tomorrow"], "until (PEEKPROOF_UNTIL): 'tomorrow' is not an RFC 3339"),
    ],
)
def test_a_setting_of_the_worker_that_cannot_be_used_is_named(folder, main, arguments, words):
    code, out, err = main("worker", "--experiments", folder / "demo.yaml", *arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1


def verify(folder, *more):
    events, decisions = folder / "events.jsonl", folder / "out/decisions.jsonl"
    return ["verify", "--experiments", folder, "--events", events, "--decisions", decisions, *more]


def test_what_a_replay_decided_is_verified(folder, main):
    main(*replay(folder))
    code, out, err = main(*verify(folder))
    assert (code, err) == (0, "")
    assert out.splitlines()[-1].startswith("verified: 1 decision: ")
    code, out, _ = main(*verify(folder, "--json", "--all", "--experiment", "demo", "--since", "2025-03-10T00:00:00Z"))
    assert (code, json.loads(out)["ok"]) == (0, True)


def test_an_event_that_is_gone_is_found_by_verify(folder, main):
    main(*replay(folder))
    write(folder / "events.jsonl", world(40)[1:])
    code, out, _ = main(*verify(folder))
    assert (code, out.splitlines()[-1]) == (1, "not verified: see above")


def test_verify_tells_a_file_that_ends_too_early(folder, main):
    main(*replay(folder))
    whole = write(folder / "events.jsonl.gz", world(40)).read_bytes()
    (folder / "events.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    code, _, err = main(*verify(folder, "--events", folder / "events.jsonl.gz"))
    assert (code, err.count("\n")) == (2, 1)


def test_nothing_to_verify_is_a_usage_error(folder, main):
    main(*replay(folder))
    message = "peekproof: there is no such decision: nothing has been verified\n"
    assert main(*verify(folder, "--experiment", "other")) == (2, "", message)


class Admin:
    """Topics that need two changes, until they are applied."""

    def __init__(self):
        self.asked, self.changes = [], ["create a", "create b"]

    def plan(self, address, wanted):
        self.asked.append((address, wanted[0].partitions, wanted[0].settings["message.timestamp.type"]))
        return self.changes

    def apply(self, _address, changes):
        assert changes == self.changes
        self.changes = []


@pytest.fixture
def admin(monkeypatch):
    made = Admin()
    monkeypatch.setattr(topics, "plan", made.plan)
    monkeypatch.setattr(topics, "apply", made.apply)
    return made


def test_a_plan_shows_the_changes_and_finds_something(admin):
    result = call("topics", "plan", "--bootstrap", "kafka:9", "--partitions", 3, "--back-fill")
    assert (result.exit_code, result.stdout) == (1, "create a\ncreate b\n")
    assert admin.asked == [("kafka:9", 3, "CreateTime")]


def test_topics_that_ingest_writes_keep_the_times_it_gives(admin, tmp_path):
    routes = tmp_path / "ingest.yaml"
    routes.write_text("ingest: [{topic: shop, format: cloudevents, to: [exposures]}]")
    call("topics", "plan")
    call("topics", "plan", "--ingest", routes)
    assert [time for _, _, time in admin.asked] == ["LogAppendTime", "CreateTime"]


def test_routes_that_cannot_be_used_are_told_in_one_line(tmp_path, main):
    routes = tmp_path / "ingest.yaml"
    routes.write_text("ingest: []")
    code, _, err = main("topics", "plan", "--ingest", routes)
    assert (code, err) == (2, f"peekproof: {routes}: ingest: no topic; write it as docs/ingest.md shows\n")


def test_apply_asks_first_and_then_there_is_nothing_to_change(admin):
    refused = CliRunner().invoke(cli.app, ["topics", "apply"], input="n\n")
    assert (refused.exit_code, len(admin.changes)) == (0, 2)
    assert call("topics", "apply", "--yes").stdout == "create a\ncreate b\ndone\n"
    result = call("topics", "plan")
    assert (result.exit_code, result.stdout) == (0, "nothing to change\n")


QUESTION = ["plan", "--baseline", 0.12, "--mde", "10%", "--runs", 100]


def test_a_plan_that_finds_its_effect_in_time_ends_with_zero(main):
    code, out, err = main(*QUESTION, "--units-per-day", 8_000)
    assert (code, err) == (0, "")
    assert "metric: treatment 1 against control, from 0.12 to 0.132 (+10 %)" in out
    assert "underpowered" not in out


def test_an_underpowered_plan_has_found_something(main):
    code, out, _ = main(*QUESTION, "--units-per-day", 800, "--json")
    assert (code, json.loads(out)["plans"][0]["underpowered"]) == (1, True)


def test_a_definition_is_planned_with_options_in_place_of_its_values(folder, main):
    text = DEFINITION.replace("mde: {relative: 0.5}", "baseline: {mean: 0.2}, mde: {relative: 0.5}")
    (folder / "demo.yaml").write_text(f"{text}planning: {{units_per_day: 2000}}\n")
    code, out, _ = main("plan", "--experiments", folder, "--mde", "20%", "--runs", 100, "--json")
    (plan,) = json.loads(out)["plans"]
    assert (code, plan["metric"], plan["units_per_day"], plan["mde"]["relative"]) == (
        0,
        "bought",
        2_000,
        pytest.approx(0.2),
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--mde", "5%"], "peekproof: --baseline: not given; give it, or --experiments\n"),
        (["--baseline", 0.1, "--mde", "5%", "--units-per-day", -1], "peekproof: --units-per-day: -1 is out of range; "),
        (["--plot", "power.docx"], "peekproof: --plot: 'power.docx' can't be drawn into; "),
    ],
)
def test_a_plan_that_cannot_be_made_names_the_option_and_the_fix(main, arguments, message):
    code, out, err = main("plan", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(message)


def test_the_console_script_starts():
    script = Path(sys.executable).with_name("peekproof")
    done = subprocess.run([script, "--help"], capture_output=True, text=True, timeout=60, check=True)
    assert "Usage: peekproof" in done.stdout


def test_help_loads_neither_faust_nor_scipy():
    asked = (
        "import sys; from streams import cli; print(*{'faust', 'scipy', 'aiohttp', 'matplotlib'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
