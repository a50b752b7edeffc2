"""Every verdict says in plain words why it is what it is."""

import pytest

from streams.core.look import Recency
from tests.core import samples
from tests.core.samples import BOUGHT, DAY, HARMED, HOUR, SPENT, START, experiment, judged, schedule, totals, variants

RUNBOOK = {"metadata": {"id": "demo", "owner": {"name": "Ada"}, "runbook": "https://example.org/rb"}}
ARMS = {"assignment": {"variants": variants(0.4, 0.3, 0.3)}}
WELL = BOUGHT | {"mde": {"relative": 0.3}}
GUARDED = (WELL, HARMED)


def said(x, *looks):
    decision = judged(x, *looks)[1][-1]["data"]
    return decision["verdict"], decision["reasons"]


def reasons(verdict, *lines):
    return verdict, list(lines)


def test_warming_up():
    x = experiment(**schedule(min_units=12_000))
    assert said(x, totals(x, (1_000, 1_017))) == reasons(
        "warming_up", "2,017 of the 12,000 units needed before anything is said"
    )


def test_continue():
    x = experiment(BOUGHT, BOUGHT | {"id": "sold"}, HARMED)
    assert said(x, totals(x, (100, 100), left=(5, 5))) == reasons(
        "continue", "bought and sold: the evidence does not decide in any direction yet"
    )


def test_continue_with_a_finding():
    x = experiment(*GUARDED, **schedule(min_runtime="1d"))
    assert said(x, totals(x, (1_000, 1_000), bought=(100, 200), left=(50, 50))) == reasons(
        "continue", "primary bought: bold better by 10.00 points, interval [4.89, 15.19]"
    )


def test_stop_success():
    x = experiment(WELL)
    assert said(x, totals(x, (1_000, 1_000), bought=(100, 200))) == reasons(
        "stop_success", "primary bought: bold better by 10.00 points, interval [4.89, 15.19]"
    )


def test_stop_harm_of_a_primary():
    x = experiment(WELL)
    assert said(x, totals(x, (1_000, 1_000), bought=(200, 100))) == reasons(
        "stop_harm", "primary bought: bold worse by 10.00 points, interval [-15.19, -4.89]"
    )


def test_stop_harm_of_a_guardrail():
    x = experiment(WELL, HARMED | {"margin": {"absolute": 0.002}})
    assert said(x, totals(x, (1_000, 1_000), bought=(100, 100), left=(20, 120))) == reasons(
        "stop_harm", "guardrail left: bold worse by 10.00 points, interval [5.92, 14.63], margin 0.20"
    )


def test_stop_harm_with_a_relative_margin():
    x = experiment(WELL, HARMED | {"margin": {"relative": 0.05}})
    assert said(x, totals(x, (1_000, 1_000), bought=(100, 100), left=(20, 120)))[1][0].endswith(", margin 5 %")


def test_stop_futility():
    x = experiment(BOUGHT | {"mde": {"relative": 0.5}})
    assert said(x, totals(x, (1_000, 1_000), bought=(100, 102))) == reasons(
        "stop_futility", "primary bought: bold hardly better: +0.20 points, interval [-4.20, 4.61], 50 % was hoped for"
    )


def test_what_is_not_worse_and_what_is_the_same():
    bounded = HARMED | {"mde": {"relative": 1}, "role": "secondary"}
    same = bounded | {"id": "stayed", "test": "equivalence", "margin": {"absolute": 0.02}}
    x = experiment(BOUGHT, bounded, same)
    _, lines = said(x, totals(x, (9_000, 9_000), bought=(900, 900), left=(450, 360), stayed=(450, 440)))
    assert [line.split(",")[0] for line in lines] == [
        "secondary left: bold not worse than its margin allows: -1.00 points",
        "secondary stayed: bold within its margin: -0.11 points",
    ]


def test_stop_max_runtime():
    x = experiment(**schedule(max_runtime="1d"), decision={"default_at_max_runtime": "rollback"})
    assert said(x, samples.look(totals(x, (50, 50)), START + 2 * DAY)) == reasons(
        "stop_max_runtime", "the longest runtime is over and nothing was found that decides; the default is rollback"
    )


def test_invalid_srm():
    x = experiment(**ARMS)
    assert said(x, totals(x, (1_000, 1_000, 400))) == reasons(
        "invalid_srm",
        "the split is broken: control 1,000, bold 1,000, wide 400 where 40:30:30 was declared (always-valid p 2.5e-40)",
    )


def test_invalid_multi_exposure():
    assert said(experiment(), totals(experiment(), (900, 900), {"multi_variant": 200})) == reasons(
        "invalid_multi_exposure", "200 units saw two variants, 10.0 % of all; at most 10 % may"
    )


@pytest.mark.parametrize(("grace", "words"), [("2h", "2 h"), ("90m", "90 m"), ("1500ms", "1500 ms"), ("1d", "1 d")])
def test_no_data(grace, words):
    x = experiment(**schedule(no_data_grace=grace))
    cells = totals(x, (50, 50))
    assert said(x, samples.look(cells), samples.look(cells, START + 3 * DAY)) == reasons(
        "no_data", f"no exposure for more than {words}"
    )


def test_held():
    x, recency = experiment(WELL), Recency(START + HOUR + 1, START + HOUR + 2)
    cells = totals(x, (1_000, 1_000), bought=(100, 200))
    assert said(x, samples.look(cells, recency=recency)) == reasons(
        "held",
        "no stop on old counts: source partition 0 has been read up to 2025-03-10T01:00:00.000Z",
        "primary bought: bold better by 10.00 points, interval [4.89, 15.19]",
    )


@pytest.mark.parametrize(("action", "verdict"), [("pause", "paused"), ("rollback", "stop_harm")])
def test_paused_or_stopped_by_the_early_reading(action, verdict):
    x = experiment(WELL, HARMED | {"early_action": action, "window": {"length": "1d"}}, **ARMS, **RUNBOOK)
    cells = totals(x, (1_200, 900, 900), bought=(120, 90, 90), left=(24, 110, 18))
    block = x.layout.metrics[1]
    for variant in range(3):
        cells[block.at(0, variant) + 2 : block.at(0, variant) + 4] = [0, 0]
    assert said(x, cells) == reasons(verdict, "guardrail left: bold converts worse in the early reading")


def test_paused_by_the_matured_reading():
    x = experiment(WELL, HARMED | {"action": "pause"}, **RUNBOOK)
    verdict, lines = said(x, totals(x, (1_000, 1_000), bought=(100, 100), left=(20, 120)))
    assert (verdict, lines[-1].split(",")[0]) == ("paused", "guardrail left: bold worse by 10.00 points")


def test_a_mean_is_told_in_its_own_unit():
    x = experiment(SPENT, assignment={"variants": variants(0.5, 0.5)})
    assert said(x, totals(x, (1_000, 1_000), spent=((500, 3), (500, 9)))) == reasons(
        "stop_success", "primary spent: bold better by 3.00, interval [2.52, 3.48]"
    )


def test_a_mean_that_fell_below_its_gate_has_no_interval():
    x = experiment(SPENT, **schedule(min_runtime="1d"))
    won, few = totals(x, (1_000, 1_000), spent=((500, 3), (500, 9))), totals(x, (990, 990), spent=((49, 3), (49, 9)))
    assert said(x, won, samples.look(few, START + DAY, 2)) == reasons(
        "stop_success", "primary spent: bold better by 0.30"
    )


def test_the_default_of_an_hour_is_told_as_one():
    x = experiment()
    cells = totals(x, (50, 50))
    _, lines = said(x, samples.look(cells, START), samples.look(cells, START + HOUR + 1))
    assert lines == ["no exposure for more than 1 h"]


RELATIVE = SPENT | {"mde": {"relative": 0.1}}


def test_a_mean_whose_effect_has_no_size_is_counted_and_said_not_to_be_tested():
    x = experiment(BOUGHT, RELATIVE | {"role": "secondary"})
    verdict, lines = said(x, totals(x, (1_000, 1_000), spent=((500, 5), (500, 50))))
    assert (verdict, lines[-1]) == ("continue", "spent is counted but not tested: its relative size needs a baseline")


@pytest.mark.parametrize("margin", [{"absolute": 1}, {"relative": 0.1}])
def test_without_a_size_no_evidence_is_found(margin):
    x = experiment(RELATIVE | {"test": "non_inferiority", "margin": margin})
    state = judged(x, totals(x, (1_000, 1_000), spent=((500, 5), (500, 50))))[0]
    assert set(state.log_e[1:]) == {0.0}
