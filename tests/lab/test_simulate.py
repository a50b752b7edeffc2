"""A simulation asks what a definition, or the options, say; and answers in rates and days a person can check."""

import json

import numpy as np
import pytest

from stats.sequential.base import Effect
from streams.core.validation import DefinitionError
from streams.lab.simulate import simulate
from streams.lab.simulation import screen
from streams.lab.simulation.asking import ask
from streams.lab.simulation.question import Question
from streams.lab.simulation.trial import METHODS, PEEKING, Course, Outcome, look_days, run

ASKED = {"baseline": 0.1, "mde": "20%", "units_per_day": 2_000.0}
DEFINITION = """
apiVersion: peekproof/v1
kind: Experiment
metadata: {id: checkout, owner: {name: Growth}}
hypothesis: Naming the delivery day raises purchases.
assignment:
  variants:
    - {key: bold, role: treatment, weight: 0.2}
    - {key: control, role: control, weight: 0.6}
    - {key: personal, role: treatment, weight: 0.2}
  phases: [{from: 2025-03-13T00:00:00Z, weights: {bold: 0.4, control: 0.4, personal: 0.2}}]
metrics:
  - {id: bought, role: primary, type: binary, event: order, window: {length: 24h, delay: 1h},
     baseline: {mean: 0.12}, mde: {relative: 0.1}}
  - {id: left, role: primary, type: retention, event: gone, window: {length: 3d}, direction: decrease,
     baseline: {mean: 0.3}, mde: {absolute: 0.02}}
  - {id: spent, role: secondary, type: continuous, event: order, window: {length: 24h}, cap: {value: 500},
     baseline: {mean: 6}}
schedule: {start_at: 2025-03-10T00:00:00Z, max_runtime: 20d}
planning: {units_per_day: 20000}
"""


@pytest.fixture
def definition(tmp_path):
    file = tmp_path / "checkout.yaml"
    file.write_text(DEFINITION)
    return file


def told(capsys, *, experiments=None, given=ASKED, **more):
    assert simulate(experiments, given, runs=100, as_json=True, **more) == 0
    return json.loads(capsys.readouterr().out)["simulations"]


def silent(_what, _done, _total):
    pass


def test_options_say_all_and_the_rest_is_usual():
    (question,) = ask(None, {**ASKED, "ramp": "10%:3d, 50%", "days": "14d"})
    assert question == Question(0.1, Effect(0.2, relative=True), 2_000, ramp=((0, 0.1), (3, 0.5)), days=14, looks=14)


def test_a_stage_of_a_ramp_that_says_nothing_lasts_a_tenth_of_the_days():
    (question,) = ask(None, {**ASKED, "ramp": "5%,20%,50%", "days": "20d"})
    assert question.ramp == ((0, 0.05), (2, 0.2), (4, 0.5))


def test_a_definition_asks_for_each_primary_rate_of_its_first_treatment(definition):
    bought, left = ask(definition, {})
    assert (bought.title, left.title) == ("checkout bought", "checkout left")
    assert (bought.units_per_day, bought.window, bought.days) == (16_000, 25 / 24, 20)
    assert bought.ramp == ((0, 0.25), (3, 0.5))
    assert (left.side, left.treated) == (-1, pytest.approx(0.28))


def test_an_option_takes_the_place_of_a_declared_value(definition):
    bought, _ = ask(definition, {"mde": "5%", "window": "2d", "ramp": "50%", "looks": 4})
    assert (bought.mde, bought.window, bought.ramp) == (Effect(0.05, relative=True), 2, ((0, 0.5),))
    assert list(look_days(bought)) == pytest.approx([5, 10, 15, 20], abs=1)


@pytest.mark.parametrize("window", [7.0, 1.0, 2.5, 1 / 24, 1e-5])
@pytest.mark.parametrize("looks", [1, 28, 100])
def test_there_are_as_many_looks_as_asked_and_the_last_is_at_the_end(window, looks):
    question = Question(0.1, Effect(0.2, relative=True), 2_000, window=window, looks=looks)
    days = look_days(question)
    assert days.shape == (looks,)
    assert np.diff(days, prepend=0) == pytest.approx(28 / looks, rel=1, abs=0.05)
    assert 28 - 28 / looks < days[-1] <= 28 + 1e-9


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"baseline": None}, "--baseline: not given"),
        ({"baseline": 1.2}, "--baseline: 1.2"),
        ({"mde": "a lot"}, "--mde: 'a lot'"),
        ({"mde": "-5%"}, "--mde: -0.05"),
        ({"mde": "1000%"}, "--mde: the rate can't become 1.1"),
        ({"units_per_day": 0.0}, "--units-per-day: 0"),
        ({"delay": "soon"}, "--delay: "),
        ({"window": "40d"}, "--window: 40"),
        ({"days": "0d"}, "--days: "),
        ({"ramp": "10%,much"}, "--ramp: '10%,much'"),
        ({"ramp": "10%:1d:2d,50%"}, "--ramp: "),
        ({"ramp": "0%,50%"}, "--ramp: a share"),
        ({"ramp": "10%:30d,50%"}, "--ramp: its last stage"),
        ({"looks": 0}, "--looks: 0"),
        ({"alpha": 0.3}, "--alpha: 0.3"),
        ({"beta": 1.0}, "--beta: 1"),
        ({"drift": 20.0}, "--mde: the rate can't become 2.4"),
    ],
)
def test_what_cannot_be_simulated_is_refused_with_its_name_and_a_fix(wrong, named):
    with pytest.raises(DefinitionError) as refusal:
        simulate(None, {**ASKED, **wrong})
    assert named in str(refusal.value)
    assert "; " in str(refusal.value)


def test_a_definition_without_a_primary_rate_or_its_traffic_is_refused(definition):
    definition.write_text(DEFINITION.replace("planning: {units_per_day: 20000}", ""))
    with pytest.raises(DefinitionError, match="--units-per-day: not given"):
        ask(definition, {})
    definition.write_text(DEFINITION.replace("role: primary", "role: secondary").replace("secondary", "primary", 0))
    with pytest.raises(DefinitionError):
        ask(definition, {})


@pytest.mark.parametrize(("plot", "as_json"), [("somewhere", False), ("missing/p.png", False), ("-", True)])
def test_what_cannot_be_drawn_is_refused_before_the_work_is_done(plot, as_json):
    with pytest.raises(DefinitionError, match="--plot"):
        simulate(None, ASKED, plot=plot, as_json=as_json)


def test_promises_are_kept_but_not_by_the_usual_test(capsys):
    (one,) = told(capsys, seed=3)
    kept = {(row["method"], row["reading"]): row["keeps_its_promise"] for row in one["methods"]}
    assert kept == {method: method.test != PEEKING for method in METHODS}
    assert one["fixed_sample"]["days"] == pytest.approx(3841 * 2 / 2_000 + 7, abs=0.02)
    bet = one["methods"][0]
    assert bet["false_alarms"]["low"] <= bet["false_alarms"]["rate"] <= 0.05
    assert bet["power"]["rate"] > 0.9
    assert 7 < bet["days_with_effect"]["p10"] < bet["days_with_effect"]["p50"] < 28


def test_the_same_seed_tells_the_same_story(capsys):
    assert told(capsys, seed=5) == told(capsys, seed=5)
    assert told(capsys, seed=5) != told(capsys, seed=6)


def test_fewer_conversions_can_be_the_improvement():
    question = Question(0.3, Effect(0.05), 4_000, side=-1)
    for result in run(question, 100, 1, silent):
        assert result.better.found.share > 0.9


def test_an_improvement_is_a_difference_whatever_the_method():
    for result in run(Question(0.1, Effect(0.1, relative=True), 2_000), 300, 1, silent):
        for outcome in (result.same, result.better):
            assert not (outcome.course.better & ~outcome.course.different).any()


def test_who_gives_up_first_has_not_found_it():
    looks = np.eye(3, dtype=bool)[:, :2]
    course = Course(different=looks, better=looks[::-1], futile=looks)
    outcome = Outcome(course, np.array([1.0, np.inf]))
    assert (outcome.found.count, outcome.undecided.count, outcome.false_alarms.count) == (0, 1, 2)


def test_the_table_names_every_method_and_marks_broken_promises(capsys):
    assert simulate(None, {**ASKED, "ramp": "10%,50%"}, runs=100) == 0
    shown = capsys.readouterr().out
    assert all(screen.label(*method) in shown for method in METHODS)
    assert "10% from day 0, 50% from day 2.8" in shown
    assert f"more false alarms than alpha 0.05 allows ({PEEKING})" in shown


def test_every_simulation_of_a_definition_is_drawn_into_its_own_file(definition, tmp_path, capsys):
    simulate(definition, {"units_per_day": 2_000.0}, runs=20, plot=str(tmp_path / "p.png"))
    assert {file.name for file in tmp_path.glob("*.png")} == {"p.png", "p-2.png"}
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")


def test_a_terminal_shows_what_is_found_and_what_is_false(capsys):
    simulate(None, ASKED, runs=20, plot="-")
    shown = capsys.readouterr().out
    assert "finds the MDE" in shown
    assert "false alarms without an effect" in shown
    assert "\x1b" not in shown
