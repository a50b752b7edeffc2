"""A plan asks what a definition, or the options, say; and answers in units, days and money a person can check."""

import json
import re

import pytest

from stats.planning.outlook import FIXED_SAMPLE, methods
from stats.sequential.base import Effect
from streams.core.schema import DAY, HOUR, Cost
from streams.core.validation import DefinitionError
from streams.lab.plan import plan
from streams.lab.planning import answer, asking, options, screen
from streams.lab.planning.question import Arm, Question

MINUTE = 60_000
ASKED = {"baseline": 0.12, "mde": "10%", "units_per_day": 8_000.0}
DEFINITION = """
apiVersion: peekproof/v1
kind: Experiment
metadata: {id: checkout, owner: {name: Growth}}
hypothesis: Naming the delivery day raises purchases.
assignment:
  variants:
    - {key: bold, role: treatment, weight: 0.2}
    - {key: control, role: control, weight: 0.5}
    - {key: personal, role: treatment, weight: 0.3,
       cost: {currency: EUR, fixed: 1200, per_exposure: 0.002, per_conversion: 0.5, hours: 40}}
exposure: {lateness: 1h}
metrics:
  - {id: bought, role: primary, type: binary, event: order, window: {length: 24h, delay: 1h},
     baseline: {mean: 0.12}, mde: {relative: 0.1}}
  - {id: left, role: primary, type: retention, event: gone, window: {length: 3d}, direction: decrease,
     baseline: {mean: 0.3}, mde: {absolute: 0.02}}
  - {id: spent, role: secondary, type: continuous, event: order, window: {length: 24h}, cap: {value: 500},
     baseline: {mean: 6}}
  - {id: items, role: secondary, type: count, event: item, window: {length: 24h}, cap: {value: 50}, baseline: {mean: 2}}
  - {id: open, role: secondary, type: binary, event: open, window: {length: 24h}}
schedule: {min_runtime: 3d, max_runtime: 20d, warmup: 1d}
planning: {units_per_day: 20000}
"""


def ask(**given):
    return asking.of_options(options.read({**ASKED, **given}))


@pytest.fixture
def definition(tmp_path):
    """Write the definition with some words replaced, and ask about it."""

    def of(*replaced, **given):
        text = DEFINITION
        for old, new in replaced:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "checkout.yaml").write_text(text)
        return asking.of_definitions(tmp_path, options.read(given))

    return of


def refusal(call, *arguments, **given):
    with pytest.raises(DefinitionError) as error:
        call(*arguments, **given)
    return str(error.value)


def test_the_options_alone_say_all():
    asked = ask()
    assert (asked.baseline, asked.mde, asked.units_per_day) == (0.12, Effect(0.1, relative=True), 8_000)
    assert (asked.alpha, asked.beta, asked.method, asked.side) == (0.05, 0.2, "label_bet", 1)
    assert (asked.max_runtime, asked.wait) == (28 * DAY, DAY + 5 * MINUTE)
    assert (asked.share, asked.horizon) == (1, 28 * 8_000)


def test_every_option_has_its_effect():
    asked = ask(mde="0.02", alpha=0.1, beta=0.1, max_runtime="14d", window="12h", lateness="1h", decrease=True)
    assert (asked.mde, asked.side, asked.alpha, asked.beta) == (Effect(0.02), -1, 0.1, 0.1)
    assert (asked.max_runtime, asked.wait) == (14 * DAY, 13 * HOUR)
    amounts = ask(type="mean", baseline=4.0, sd=12.0, cap=200.0)
    assert (amounts.outcome, amounts.method, amounts.population.mean) == ("amount", "asymptotic_cs", pytest.approx(4))


def test_several_treatments_share_the_level_and_the_slowest_is_planned():
    asked = ask(weights="0.5,0.3,0.2", alpha=0.1)
    assert (asked.alpha, asked.share) == (0.05, 0.7)
    assert [arm.key for arm in asked.arms] == ["control", "treatment 2"]
    assert asked.task.population.rho == pytest.approx(2 / 7)
    assert asked.notes == ("2 treatments share alpha 0.1; planned for treatment 2, the slowest",)


def test_a_definition_is_asked_about_its_primary_metrics(definition):
    bought, left = definition()
    assert (bought.experiment, bought.metric, left.metric) == ("checkout", "bought", "left")
    assert (bought.alpha, bought.share, bought.units_per_day) == (0.025, 0.7, 20_000)
    assert [arm.key for arm in bought.arms] == ["control", "bold"]
    assert (bought.wait, left.wait) == (26 * HOUR, 3 * DAY + HOUR)
    assert (left.side, left.effect, left.mde) == (-1, 0.02, Effect(0.02))
    assert bought.horizon == 19 * 20_000 * 0.7


def test_an_option_takes_the_place_of_what_is_declared(definition):
    given = {"mde": "3%", "units_per_day": 5_000.0, "max_runtime": "10d", "window": "2h", "lateness": "1h", "beta": 0.1}
    bought, _ = definition(method="sprt", baseline=0.2, **given)
    assert (bought.mde, bought.units_per_day, bought.baseline) == (Effect(0.03, relative=True), 5_000, 0.2)
    assert (bought.max_runtime, bought.wait, bought.beta, bought.method) == (10 * DAY, 3 * HOUR, 0.1, "sprt")


def test_other_metrics_are_planned_when_they_are_named(definition):
    (spent,) = definition(metric="spent", sd=30.0)
    assert (spent.outcome, spent.sd, spent.cap, spent.notes[:-1]) == ("amount", 30, 500, ())
    (items,) = definition(metric="items")
    assert (items.sd**2, items.notes[0]) == (
        pytest.approx(2),
        "a count without --sd is taken to vary as a Poisson count does",
    )


def test_what_a_plan_leaves_out_is_said(definition):
    later = ("planning:", "planning: {units_per_day: 9}\nx:")
    assert "unknown field" in refusal(definition, later)
    phases = "assignment:\n  phases: [{from: 2026-01-01T00:00:00Z, coverage: 1}]"
    bought, _ = definition(
        ("assignment:", phases),
        ("event: order, window: {length: 24h, delay: 1h}", "event: order, window: {length: 24h}"),
    )
    assert bought.notes[0] == "later phases are left out: all units enter with the first allocation"
    covariate = ("id: spent,", "covariate: {attr: before}, id: spent,")
    (spent,) = definition(covariate, metric="spent", sd=30.0)
    assert (spent.method, spent.notes[0]) == (
        "asymptotic_cs",
        "the covariate is left out: with it the experiment ends sooner",
    )
    ratio = (
        "{id: spent, role: secondary, type: continuous,",
        "{id: spent, role: secondary, type: ratio, denominator: {event: visit, count: true},",
    )
    (spent,) = definition(ratio, metric="spent", sd=30.0)
    assert (spent.outcome, spent.notes[0][:15]) == ("ratio", "of a ratio, --s")


def test_a_stop_before_max_runtime_is_the_end(definition):
    stop = ("schedule: {", "schedule: {start_at: 2026-01-01T00:00:00Z, stop_at: 2026-01-11T00:00:00Z, ")
    assert definition(stop)[0].max_runtime == 10 * DAY


def test_treatments_that_do_not_share_keep_the_whole_level(definition):
    alone = ("planning:", "statistics: {multiplicity: none}\nplanning:")
    assert (definition(alone)[0].alpha, definition(alone)[0].notes) == (0.05, ())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"baseline": None}, "--baseline: not given; give it, or --experiments"),
        ({"units_per_day": None}, "--units-per-day: not given; give it, or --experiments"),
        ({"mde": "five"}, "--mde: 'five' is no effect; give one such as 5% or 0.006"),
        ({"mde": "0%"}, "--mde: 0 is out of range; give a number above 0 and below 9e+12"),
        ({"mde": "800%"}, "--mde: 0.12 can't change by 0.96; give a smaller effect"),
        ({"mde": "100%", "decrease": True}, "--mde: 0.12 can't change by 0.12; give a smaller effect"),
        ({"baseline": 1.0}, "--baseline: 1 is out of range; give a number above 0 and below 1"),
        ({"units_per_day": 0.0}, "--units-per-day: 0 is out of range; give a number above 0 and below 9e+12"),
        ({"alpha": 0.3}, "--alpha: 0.3 is out of range; give a level above 0 and at most 0.2"),
        ({"beta": 0.6}, "--beta: 0.6 is out of range; give a level above 0 and at most 0.5"),
        ({"weights": "0.5,0.6"}, "--weights: '0.5,0.6' can't be shares of variants; give them as 0.5,0.5: "),
        ({"weights": "1"}, "--weights: '1' can't be shares of variants; give them as 0.5,0.5: "),
        ({"weights": "a,b"}, "--weights: 'a,b' can't be shares of variants; give them as 0.5,0.5: "),
        ({"max_runtime": "1y"}, "--max-runtime: '1y' is not a duration such as 30s, 5m, 24h or 7d; "),
        ({"max_runtime": "5m"}, "--max-runtime: 27 units enter by then; let it be at least 40"),
        ({"type": "ratio"}, "--type: 'ratio' is unknown; give binary or mean"),
        ({"type": "mean"}, "--sd: not given; give the standard deviation of one unit's amount"),
        ({"type": "mean", "sd": -1.0}, "--sd: -1 is out of range; give a number above 0 and below 9e+12"),
        ({"sd": 1.0}, "--sd: a rate has none of its own; leave it out, or give --type mean"),
        (
            {"type": "mean", "baseline": 4.0, "sd": 30.0, "cap": 200.0},
            "--sd: no amounts up to 200 vary so much; give one below 28, or another cap",
        ),
        ({"type": "mean", "sd": 1.0, "method": "bounded_bet"}, "--method: 'bounded_bet' can't be planned here; give "),
        ({"method": "sprt_early"}, "--method: 'sprt_early' can't be planned here; give "),
    ],
)  # fmt: skip
def test_a_question_without_an_answer_is_refused_with_its_option_and_the_fix(given, message):
    assert refusal(ask, **given).startswith(message)


def test_what_a_definition_does_not_declare_is_named_with_the_place_for_it(definition):
    no_traffic = ("planning: {units_per_day: 20000}", "")
    assert refusal(definition, no_traffic) == (
        "--units-per-day: checkout does not declare it; "
        "add planning: {units_per_day: 20000} to the definition, or give it"
    )
    assert refusal(definition, metric="open").startswith("--baseline: checkout does not declare it; add baseline:")
    assert refusal(definition, metric="nothing").endswith("name one by --metric")
    assert (
        refusal(definition, weights="0.5,0.5") == "--weights: belongs to the definition; leave it out, or --experiments"
    )
    assert refusal(definition, metric="spent").startswith("checkout spent --sd: not given")


def test_days_are_those_of_the_units_entering_and_of_their_waiting():
    asked = ask()
    assert asked.days(16_000) == pytest.approx(2 + 1 + 5 / 1440)
    late = Question(
        **{
            **vars(asked),
            "warmup": 2 * DAY,
            "min_runtime": 5 * DAY,
            "variants": (Arm("a", 0.25), Arm("b", 0.25), Arm("c", 0.5)),
        }
    )
    assert late.days(16_000) == pytest.approx(2 + 4 + 1 + 5 / 1440)
    assert late.days(800) == 5


def test_the_cost_is_that_of_every_variant_until_then(definition):
    bought, left = definition()
    assert bought.cost(7_000) == pytest.approx({"EUR": 1200 + 3_000 * (0.002 + 0.12 * 0.5), "hours": 40})
    assert bought.cost(float("inf")) == {}
    assert definition(metric="spent", sd=9.0)[0].cost(7_000) == pytest.approx({"EUR": 1206, "hours": 40})
    two = (Arm("a", 0.5, Cost("EUR", fixed=1)), Arm("b", 0.5, Cost("EUR", fixed=2)))
    assert Question(**{**vars(left), "variants": two}).cost(10)["EUR"] == 3


def run(capsys, *arguments, **keywords):
    code = plan(*arguments, **{"runs": 100, **keywords})
    return code, capsys.readouterr().out


def test_a_plan_for_machines_has_every_method_and_no_infinite_number(capsys):
    code, out = run(capsys, None, ASKED, as_json=True)
    (one,) = json.loads(out, parse_constant=pytest.fail)["plans"]
    assert (code, one["underpowered"], one["experiment"], one["method"]) == (0, False, None, "label_bet")
    assert {row["method"] for row in one["methods"]} == {FIXED_SAMPLE, *methods("yes_no")} - {"msprt"}
    by_name = {row["method"]: row for row in one["methods"]}
    bet = by_name["label_bet"]
    assert bet["units"]["p10"] < bet["units"]["p50"] < bet["units"]["p90"]
    assert bet["days"]["p50"] == pytest.approx(bet["units"]["p50"] / 8_000 + one["wait_days"])
    assert (
        by_name[FIXED_SAMPLE]["units"]["p50"]
        == pytest.approx(one["fixed_sample"]["units"])
        == pytest.approx(24_189, rel=0.01)
    )
    assert 0.8 < bet["of_fixed_sample"] < 1.2
    assert bet["days_without_effect"] > one["wait_days"]
    assert by_name["group_sequential"]["days_without_effect"] is None
    assert by_name["sprt"]["units"]["p90"] is None


def test_the_units_are_those_of_all_variants(capsys):
    one, half = (
        json.loads(run(capsys, None, given, as_json=True)[1])["plans"][0]
        for given in (ASKED, ASKED | {"weights": "0.25,0.25,0.5", "alpha": 0.1})
    )
    assert half["alpha"] == one["alpha"]
    assert half["fixed_sample"]["units"] == pytest.approx(2 * one["fixed_sample"]["units"])


def test_what_takes_too_long_is_underpowered_and_says_what_would_not_be(capsys):
    code, out = run(capsys, None, ASKED | {"units_per_day": 700.0, "max_runtime": "21d"})
    words = " ".join(out.split())
    assert code == 1
    found = re.search(
        r"underpowered: label_bet finds the MDE in (\d+)% of such experiments, not 80%; choose (\d+) days", words
    )
    assert int(found[1]) < 50
    assert int(found[2]) > 40
    assert "or an MDE of 1" in words


def test_when_nothing_is_within_reach_more_units_are_asked_for():
    asked = ask(baseline=0.8, mde="0.15", units_per_day=2.0, max_runtime="20d", method="group_sequential")
    found = answer.answer(asked, 1, 100, lambda _: None)
    assert found.underpowered
    assert screen.advice(found).endswith("choose more units a day")


def test_the_table_names_the_question_the_methods_and_the_cost(definition, tmp_path, capsys):
    definition()
    code, out = run(capsys, tmp_path, {"metric": "bought"})
    words = " ".join(out.split())
    assert code == 0
    assert "checkout bought: bold against control, from 0.12 to 0.132 (+10 %)" in words
    assert "20,000 units a day for 20 d, 70% of them in these two arms" in words
    assert re.search(r"cost until half of such experiments have stopped: \d,\d{3} EUR, 40 hours", words)
    assert "note: 2 treatments share alpha 0.05; planned for bold, the slowest" in words
    assert all(f"\n{name} " in out for name in (FIXED_SAMPLE, *(set(methods("yes_no")) - {"msprt"})))
    assert max(map(len, out.splitlines())) <= 80
    assert [line.split()[0] for line in out.splitlines() if " * " in line] == ["label_bet"]


def test_large_numbers_are_short():
    assert [screen._compact(units) for units in (None, 999, 9_999, 10_000, 10_000_000)] == [
        "-",
        "999",
        "9,999",
        "10k",
        "10M",
    ]


def test_a_picture_is_drawn(tmp_path, capsys):
    run(capsys, None, ASKED, plot=str(tmp_path / "power.png"))
    assert (tmp_path / "power.png").read_bytes().startswith(b"\x89PNG")


def test_a_drawing_in_the_terminal_shows_every_method_by_its_digit(capsys):
    _, out = run(capsys, None, ASKED, plot="-")
    drawing = out[out.index("metric: +10 %, found by then") :]
    assert "\x1b" not in drawing
    assert "1 fixed_sample  2 label_bet" in drawing
    assert all(drawing.count(digit) > 5 for digit in "1247")


@pytest.mark.parametrize("file", ["power.docx", "nowhere/power.png"])
def test_a_file_that_cannot_be_drawn_into_is_refused_before_the_work(tmp_path, file):
    assert refusal(plan, None, {}, plot=str(tmp_path / file)).startswith("--plot: ")


def test_a_drawing_does_not_get_between_a_machine_and_its_plan():
    assert refusal(plan, None, ASKED, plot="-", as_json=True) == (
        "--plot: the terminal is taken by --json; name a file to draw into"
    )


def test_the_same_seed_gives_the_same_plan(capsys):
    first, again, other = (run(capsys, None, ASKED, as_json=True, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other
