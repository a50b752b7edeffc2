"""Every figure of the calibration at a small size: promises are kept, and what was found before is found again."""

import pytest

from stats.sequential.base import Effect
from streams.lab.calibration import discoveries, errors, pathologies, speed, truths
from streams.lab.calibration.figure import Figure, Row, Setting
from streams.lab.calibration.harness import Rate
from streams.lab.calibration.pair import Pair
from streams.lab.calibration.report import page
from streams.lab.calibration.traps import TRAPS

SMALL = Setting(seed=11, share=0.1)
FIGURES = {figure.title: figure for figure in (*errors.FIGURES, *truths.FIGURES, *pathologies.FIGURES)}


@pytest.mark.parametrize("title", FIGURES)
def test_the_harness_rules_as_it_should(title):
    rows = list(FIGURES[title].rows(SMALL))
    assert [row for row in rows if not row.holds] == []
    assert rows


@pytest.mark.parametrize(("looks", "rate"), errors.NAIVE.items())
def test_the_usual_test_raises_false_alarms_as_found_before(looks, rate):
    rows = {row.of: row.found for row in errors.naive(SMALL)}
    assert float(rows[f"{looks} looks"]) == pytest.approx(float(rate), abs=6e-4)


def test_a_true_effect_is_found_about_as_soon_as_before():
    rows = {row.of: row for row in speed.stops(Setting(seed=3, share=0.3))}
    for of in ("0.1 to 0.11, early", "0.1 to 0.11, matured", "0.4 to 0.42, early", "0.4 to 0.42, matured"):
        row = rows[f"{of}, drift x1"]
        given, found = ([float(day) for day in text.split(" / ")] for text in (row.given, row.found))
        assert found == pytest.approx(given, abs=1.5)
    assert rows["0.1 to 0.11, fixed sample, power 80 %"].found == "21.75"


def test_a_race_ends_where_a_mixture_goes_on():
    rows = {row.of: row for row in speed.races(SMALL)}
    assert all(row.holds for row in rows.values())
    assert float(rows["median day of accepting that there is none"].found) < 20
    assert rows["label_bet, median day of deciding"].found == "never"


def test_few_of_ten_thousand_experiments_are_false_discoveries():
    trial = discoveries.portfolio(SMALL, 0)
    for procedure in (discoveries.E_BH, discoveries.LORD):
        false, found = trial[procedure]
        assert false <= 0.05
        assert found > 0.9
    assert trial[discoveries.ALONE][0] > 0.05


def test_an_interval_holds_what_its_test_does_not_exclude():
    world = truths.World(units_per_day=2_000, slots=28, effect=Effect(0.01))
    looks = list(truths.simulate(world, 50, SMALL.rng("agree")).totals("matured"))[9::6]
    for truth, relative in ((Effect(0.01), False), (Effect(0.1, relative=True), True)):
        for cells in looks:
            lower, upper = truths.BET.interval(cells, world.rho, truths.ALPHA, relative=relative)
            inside = (lower <= truth.size) & (truth.size <= upper)
            excluded = [truths.missed(truths.BET, [one], world.rho, truth).count for one in _each(cells)]
            assert list(inside) == [not count for count in excluded]


def _each(cells):
    runs = len(cells["n"])
    return [{name: values[run : run + 1] for name, values in cells.items()} for run in range(runs)]


def test_what_is_not_as_it_should_be_is_marked_on_the_page():
    rows = [Row("kept", Rate(1, 100), alpha=0.05), Row("broken", Rate(50, 100), ".04", 0.05), Row("words", "16.8")]
    trap = TRAPS["batch"], Pair(Rate(100, 100), Rate(1, 100))
    text = page("2025-03-10", 1, 0.1, [trap], [(Figure("Some", "About.", lambda _: iter(())), rows)])
    assert "| kept |  | 0.1300 | 0.0100 [0.0018, 0.0545] |" in text
    assert "| broken | .04 | 0.1300 | 0.5000 [0.4038, 0.5962] **not as it should be** |" in text
    assert "| words |  |  | 16.8 |" in text
    assert "1.0000 [0.9630, 1.0000]: **refused**" in text
    assert "2,000 | 131 | 35 | 8 |" in text
