"""Cells to evidence: signs, sides and units agree with the formulas, and with the numbers of two real experiments."""

import numpy as np
import pytest

from stats.sequential import msprt
from stats.sequential.bounded_bet import BoundedBet
from stats.sequential.label_bet import LabelBet
from stats.strata import SMALLEST_PHASE
from streams.core.abreast import evidence
from streams.core.report import experiment_object
from streams.core.shown import Known
from streams.core.tracks import tracks
from tests.core.samples import BOUGHT, HARMED, SPENT, START, experiment, judged, totals, track, variants

MIRROR = {"increase": "decrease", "decrease": "increase"}
BASE = {"baseline": {"mean": 0.1}}
NI = {"test": "non_inferiority", "margin": {"absolute": 0.02}}
EQUIVALENT = {"test": "equivalence", "margin": {"relative": 0.5}, "mde": {"relative": 0.5}}


def found(x, cells):
    """Evidence of the only metric, by kind."""
    row = evidence([x], [np.array([cells], dtype=object)])[0]
    return {t.kind: float(log_e) for t, log_e in zip(tracks(x), row, strict=True) if t.kind != "srm"}


def test_the_mens_e_mail_of_the_reference_experiment():
    x = experiment(BOUGHT | {"baseline": {"mean": 0.106}, "mde": {"relative": 0.2}})
    told = found(x, totals(x, (21_306, 21_307), bought=(2_262, 3_894)))
    assert told["better"] == pytest.approx(247.261091, abs=5e-7)
    assert told["harm"] == pytest.approx(-73.624103, abs=5e-7)
    assert told["superiority"] == pytest.approx(246.567944, abs=5e-7)
    unknown = experiment(BOUGHT | {"mde": {"relative": 0.2}})
    assert found(unknown, totals(unknown, (21_306, 21_307), bought=(2_262, 3_894)))["superiority"] == pytest.approx(
        246.350547, abs=5e-7
    )


def test_the_landing_page_of_the_reference_experiment():
    x = experiment(BOUGHT | {"baseline": {"mean": 0.12}, "mde": {"relative": 0.05}})
    told = found(x, totals(x, (144_300, 144_389), bought=(17_468, 17_268)))
    assert told["superiority"] == pytest.approx(-1.508018, abs=5e-7)
    assert told["futility"] == pytest.approx(16.379965, abs=5e-7)


@pytest.mark.parametrize(
    "metric",
    [BOUGHT, BOUGHT | NI, BOUGHT | EQUIVALENT, SPENT, SPENT | NI, SPENT | EQUIVALENT | {"baseline": {"mean": 1}}],
    ids=lambda metric: f"{metric['type']} {metric.get('test', 'superiority')}",
)
def test_what_is_good_one_way_is_harm_the_other_way(metric):
    up, down = (experiment(metric | {"direction": direction}) for direction in MIRROR)
    told = {"bought": (300, 100), "spent": ((300, 5), (300, 2))}
    worse, better = (found(x, totals(x, (1_000, 1_000), **told)) for x in (up, down))
    good = next(kind for kind in ("better", "non_inferiority", "equivalence") if kind in better)
    assert worse["harm"] > 3 > worse[good]
    assert better["harm"] < 0
    if good != "equivalence":
        assert better[good] > 3


def test_the_early_reading_counts_converters_at_once_and_others_when_they_have_expired():
    x = experiment(BOUGHT)
    block, cells = x.layout.metrics[0], totals(x, (0, 0))
    for variant, (now, expired) in enumerate([(10, 100), (40, 80)]):
        cells[block.at(0, variant)], cells[block.at(0, variant) + 1] = now, expired
    told, bet = found(x, cells), LabelBet(0.05)
    expected = [float(bet.log_wealth(np.array([[40.0, 10, 80, 100]]), [0.5], side)) for side in (1, -1)]
    assert [told["early_better"], told["early_worse"]] == pytest.approx(expected, abs=1e-9)
    assert told["early"] == pytest.approx(np.logaddexp(*expected) - np.log(2), abs=1e-9)
    assert told["better"] == told["harm"] == 0


def test_a_margin_shifts_what_must_be_shown():
    cells = {"bought": (100, 100)}
    x, wide = (experiment(BOUGHT | NI | {"margin": {"absolute": margin}}) for margin in (0.02, 0.05))
    near, far = (found(one, totals(one, (1_000, 1_000), **cells)) for one in (x, wide))
    assert far["non_inferiority"] > near["non_inferiority"]
    assert far["harm"] < near["harm"] < 0


def test_equivalence_needs_both_sides():
    x = experiment(BOUGHT | EQUIVALENT)
    kinds = [found(x, totals(x, (4_000, 4_000), bought=(400, c)))["equivalence"] for c in (400, 600, 200)]
    assert kinds[0] > 3 > max(kinds[1:])


def test_the_sequential_ratio_test_accepts_the_null():
    x = experiment(BOUGHT | BASE | {"mde": {"relative": 0.3}}, statistics={"method": {"bought": "sprt"}})
    told = found(x, totals(x, (9_000, 9_000), bought=(900, 900)))
    assert told["futility"] > np.log(5)
    assert told["superiority"] == told["better"] < 0
    worse = found(x, totals(x, (9_000, 9_000), bought=(900, 600)))
    assert worse["harm"] > np.log(20) > worse["better"]


@pytest.mark.parametrize(
    ("direction", "metric", "kind", "shift", "side"),
    [
        ("increase", SPENT, "better", 0, 1),
        ("increase", SPENT, "harm", 0, -1),
        ("increase", SPENT, "futility", -1, -1),
        ("increase", SPENT | NI, "non_inferiority", 0.02, 1),
        ("increase", SPENT | NI, "harm", 0.02, -1),
        ("decrease", SPENT, "better", 0, -1),
        ("decrease", SPENT, "harm", 0, 1),
        ("decrease", SPENT, "futility", 1, 1),
        ("decrease", SPENT | NI, "non_inferiority", -0.02, -1),
        ("decrease", SPENT | NI, "harm", -0.02, 1),
    ],
)
def test_every_test_of_a_mean_is_the_mixture_at_its_own_border(direction, metric, kind, shift, side):
    x = experiment(metric | {"direction": direction})
    told = found(x, totals(x, (1_000, 900), spent=((300, 2), (300, 2))))
    means_, squares = (np.array([600 / 1_000, 600 / 900]), np.array([1_200.0, 1_200.0]))
    variance = ((squares - [1_000, 900] * means_**2) / [999 * 1_000, 899 * 900]).sum()
    expected = float(msprt.log_e_one_sided(means_[1] - means_[0] + shift, variance, 1.0, side))
    assert told[kind] == pytest.approx(expected, abs=1e-8)


def test_equivalence_of_a_mean_is_the_weaker_of_its_two_sides():
    x = experiment(SPENT | {"test": "equivalence", "margin": {"absolute": 0.2}})
    told = [found(x, totals(x, (9_000, 9_000), spent=((3_000, 2), (3_000, v))))["equivalence"] for v in (2, 3, 1)]
    assert told[0] > 3
    assert max(told[1:]) < 0


@pytest.mark.parametrize(("nonzero", "known"), [(49, False), (50, True)])
def test_below_the_gate_nothing_is_known_of_a_mean(nonzero, known):
    x = experiment(SPENT)
    told = found(x, totals(x, (1_000, 1_000), spent=((500, 1), (nonzero, 90))))
    assert (told["better"] != 0) == known


def test_a_lopsided_allocation_raises_the_gate():
    x = experiment(SPENT, assignment={"variants": variants(0.9, 0.1)})
    told = [found(x, totals(x, (9_000, 1_000), spent=((900, 1), (c, 90))))["better"] for c in (199, 200)]
    assert told[0] == 0 < told[1]


def test_values_that_do_not_vary_are_no_evidence():
    x = experiment(SPENT)
    assert set(found(x, totals(x, (100, 100), spent=((100, 3), (100, 4)))).values()) == {0}


def test_a_ramp_is_compared_within_its_phases():
    """Rates drift while the allocation moves: pooled, the treatment looks better; within each phase nothing differs."""
    phases = [{"from": "2025-03-11T00:00:00Z", "weights": {"control": 0.5, "bold": 0.5}}]
    x = experiment(BOUGHT | BASE, assignment={"variants": variants(0.9, 0.1), "phases": phases})
    block, cells = x.layout.metrics[0], [0] * x.layout.size
    for phase, variant, n, c in [(0, 0, 9_000, 450), (0, 1, 1_000, 50), (1, 0, 5_000, 1_000), (1, 1, 5_000, 1_000)]:
        cells[x.layout.units.at(phase, variant)] = n
        cells[block.at(phase, variant) : block.at(phase, variant) + 4] = [c, n - c, n, c]
    shown = Known().tell(x, 0, 1, cells)
    assert found(x, cells)["better"] < 0
    assert shown.estimate == pytest.approx(0, abs=1e-12)
    assert shown.fixed_sample[0] > 10


def test_a_phase_with_few_units_is_left_out_of_a_mean():
    phases = [{"from": "2025-03-11T00:00:00Z"}]
    x = experiment(SPENT, assignment={"variants": variants(0.5, 0.5), "phases": phases})
    block, cells = x.layout.metrics[0], totals(x, (1_000, 1_000), spent=((500, 2), (500, 3)))
    before = found(x, cells)
    row = [SMALLEST_PHASE - 1] * 3 + [0, 90_000_000 * 19, 90_000_000**2 * 19]
    cells[block.at(1, 1) : block.at(1, 1) + 6] = row
    assert found(x, cells) == before


def test_the_difference_is_treatment_minus_control():
    x = experiment(BOUGHT, HARMED, SPENT, assignment={"variants": [*reversed(variants(0.5, 0.5))]})
    cells = totals(x, (1_000, 1_000), bought=(200, 100), left=(20, 10), spent=((500, 3), (500, 2)))
    looks = np.array([cells], dtype=object)
    assert Known().tell(x, 0, 0, looks[0]).estimate == pytest.approx(0.1)
    assert Known().tell(x, 2, 0, looks[0]).estimate == pytest.approx(0.5)
    assert evidence([x], [looks])[0, track(x, "bought", "bold", "better")] > 3


EXACTLY = {"statistics": {"method": {"spent": "bounded_bet"}}}
RISEN = {"spent": ((300, 5), (600, 9))}


def test_the_exact_bet_on_amounts_is_that_of_the_mathematics():
    x = experiment(SPENT | {"baseline": {"mean": 2}, "mde": {"absolute": 1}}, **EXACTLY)
    told = found(x, totals(x, (1_000, 1_000), **RISEN))
    n, total, squares = [[1_000, 1_000]], [[1_500, 5_400]], [[300 * 25, 600 * 81]]
    bet = BoundedBet(100, 2)
    assert told["better"] == pytest.approx(float(bet.log_wealth(n, total, squares, [0.5], 1)), abs=1e-9)
    assert told["harm"] == pytest.approx(float(bet.log_wealth(n, total, squares, [0.5], -1)), abs=1e-9)
    assert told["futility"] == pytest.approx(float(bet.log_wealth(n, total, squares, [0.5], -1, 1.0)), abs=1e-9)


def test_the_exact_interval_needs_no_gate():
    x = experiment(SPENT | {"baseline": {"mean": 2}}, **EXACTLY)
    cells = totals(x, (40, 40), spent=((30, 5), (30, 9)))
    shown = experiment_object(x, judged(x, cells)[0], cells, START)["metrics"]["spent"]["bold"]["vs_control"]
    assert (shown["method"], shown["estimate"], shown["relative_lower"]) == ("bounded_bet", 3.0, None)
    assert -100 < shown["lower"] < 3.0 < shown["upper"] < 100
