"""Every method tests what a metric asks, through the one interface; what a test can't do another stands in for."""

import numpy as np
import pytest

from stats.fixed_sample import ratio_z, welch_z
from stats.sequential.base import Effect, registry
from streams.core import testing
from streams.core.alike import Subject
from streams.core.claims import claims, kinds
from streams.core.events import MICRO
from streams.core.methods import known
from streams.core.questions import evidence, questions
from streams.core.shown import Known
from tests.core.samples import BOUGHT, SPENT, experiment, judged, variants

KNOWN = {"baseline": {"mean": 0.1}, "mde": {"relative": 0.3}}
WORTH = {"baseline": {"mean": 2}, "mde": {"absolute": 0.5}}
RATE = BOUGHT | KNOWN
AMOUNT = SPENT | WORTH
ADJUSTED = AMOUNT | {"covariate": {"attr": "past", "theta": 0.5}}
RATIO = AMOUNT | {"type": "ratio", "denominator": {"event": "visit", "count": True}}
QUANTILE = RATE | {"type": "quantile", "threshold": 3.0}
METRICS = {"binary": RATE, "quantile": QUANTILE, "continuous": AMOUNT, "adjusted": ADJUSTED, "ratio": RATIO}
PLANNED = {"conversions": 1_200}
PHASES = [{"from": "2025-03-11T00:00:00Z", "weights": {"control": 0.5, "bold": 0.3, "wide": 0.2}}]
LOPSIDED = {"assignment": {"variants": variants(0.5, 0.25, 0.25), "phases": PHASES}}
MARGIN = {"test": "non_inferiority", "margin": {"relative": 0.2}}


def chosen(metric, method=None, **parts):
    """An experiment with that metric, judged by the method."""
    statistics = {} if method is None else {"method": {metric["id"]: method}, "multiplicity": "none"}
    if method == "group_sequential":
        statistics["horizon"] = {metric["id"]: PLANNED}
    return experiment(metric, **({"statistics": statistics} | parts))


def cells_of(x, *arms):
    """One look: for each arm and phase (units, share of converters, value)."""
    cells, block = [0] * x.layout.size, x.layout.metrics[0]
    for phase in range(len(x.weights)):
        for variant, (n, share, value) in enumerate(arms):
            cells[x.layout.units.at(phase, variant)] = n
            for place, field in enumerate(block.fields):
                cells[block.at(phase, variant) + place] = told(n, round(n * share), value).get(field, 0)
    return cells


def told(n, converted, value):
    y = value * MICRO
    yes = dict.fromkeys(("converted_now", "matured_converted", "converted", "above", "nonzero"), converted)
    ones = {"x_sum": n * MICRO, "x_squares": n * MICRO**2, "products": converted * y * MICRO}
    return yes | ones | {"matured": n, "expired": n - converted, "sum": converted * y, "squares": converted * y * y}


def row(cells):
    return np.array([cells], dtype=object)


def evidence_of(x, looks):
    """Evidence of the one metric by treatment and kind, each (looks,)."""
    tracks = evidence([Subject(x, 0, looks)])[0].reshape(len(looks), len(x.treatments), -1)
    names = kinds(x.metrics[0])
    return {v: {kind: tracks[:, i, k] for k, kind in enumerate(names)} for i, v in enumerate(x.treatments)}


EVERY = [(type_, name) for type_, metric in METRICS.items() for name in known(experiment(metric).spec.metrics[0])]


@pytest.mark.parametrize(("type_", "name"), EVERY)
def test_every_method_finds_what_is_there_and_nothing_else(type_, name):
    x = chosen(METRICS[type_], name)
    better, same = (cells_of(x, (4_000, 0.1, 20), (4_000, share, 20)) for share in (0.2, 0.1))
    found, nothing = (evidence_of(x, row(cells))[1] for cells in (better, same))
    assert found["better"] > np.log(40) > 3 > nothing["better"]
    assert found["harm"] < 0
    assert nothing["harm"] < 3
    assert found["futility"] < 0 < nothing["futility"]
    assert judged(x, better)[1][-1]["data"]["verdict"] == "stop_success"


@pytest.mark.parametrize(("type_", "name"), EVERY)
def test_every_method_shows_an_effect_with_its_interval(type_, name):
    x = chosen(METRICS[type_], name)
    shown = Known().tell(x, 0, 1, cells_of(x, (4_000, 0.1, 20), (4_000, 0.2, 20)))
    unit = 1 if x.metrics[0].outcome == "yes_no" else 20
    assert shown.estimate == pytest.approx(0.1 * unit)
    assert shown.interval[0] < shown.estimate < shown.interval[1]
    assert shown.relative == pytest.approx(1)
    assert name == "bounded_bet" or shown.relative_interval[0] < 1 < shown.relative_interval[1]
    assert shown.fixed_sample[0] > 5


@pytest.mark.parametrize("type_", METRICS)
def test_treatments_are_told_each_by_itself(type_):
    """Whether they are as probable in every phase and asked together, or not."""
    arms = (3_000, 0.1, 20), (1_500, 0.14, 20), (1_400, 0.11, 30)
    for parts in (LOPSIDED, {"assignment": LOPSIDED["assignment"] | {"phases": []}}):
        x = chosen(METRICS[type_], **parts)
        cells = row(cells_of(x, *arms))
        both, counted, test = evidence_of(x, cells), x.metrics[0].counted, testing.tests(x, 0).matured
        for variant in (1, 2):
            alone = counted.totals(cells, x.layout.metrics[0], (0, variant))
            rho = [weights[variant] / (weights[0] + weights[variant]) for weights in x.weights]
            assert both[variant]["better"] == pytest.approx(test.log_e(alone, rho, 1), rel=1e-12)
            assert both[variant]["harm"] == pytest.approx(test.log_e(alone, rho, -1), rel=1e-12)


def test_one_test_is_asked_once_for_both_readings():
    x = chosen(RATE)
    asked = [(q.readings, q.names) for q in questions(x, 0)]
    assert asked == [
        (("early", "matured"), (("early_better", "better"), ("early_worse", "harm"))),
        (("matured",), (("futility",),)),
    ]


def test_a_method_of_the_early_reading_leaves_the_matured_one_to_its_like():
    early, matured = (chosen(RATE, method) for method in ("sprt_early", "sprt"))
    cells = row(cells_of(early, (4_000, 0.1, 1), (4_000, 0.15, 1)))
    a, b = (evidence_of(x, cells)[1] for x in (early, matured))
    assert [test.name for test in testing.tests(early, 0)] == ["sprt", "sprt_early", "label_bet"]
    assert [test.name for test in testing.tests(matured, 0)] == ["sprt", "label_bet", "label_bet"]
    assert all(a[kind] == b[kind] for kind in ("superiority", "better", "harm", "futility"))
    assert all(a[kind] != b[kind] for kind in ("early", "early_better", "early_worse"))


def test_futility_of_a_test_without_borders_is_that_of_the_label_bet():
    planned, bet = chosen(RATE, "group_sequential"), chosen(RATE)
    cells = row(cells_of(bet, (4_000, 0.1, 1), (4_000, 0.11, 1)))
    a, b = (evidence_of(x, cells)[1] for x in (planned, bet))
    assert a["futility"] == b["futility"]
    assert a["better"] != b["better"]


@pytest.mark.parametrize("name", ["multinomial", "normal_mixture"])
def test_a_test_of_lifts_leaves_the_difference_to_the_label_bet(name):
    lifts, bet = chosen(RATE, name), chosen(RATE)
    cells = row(cells_of(bet, (4_000, 0.1, 1), (4_000, 0.15, 1)))
    a, b = (Known().tell(x, 0, 1, cells[0]) for x in (lifts, bet))
    assert (a.estimate, a.interval) == (b.estimate, b.interval)
    assert a.relative_interval != b.relative_interval


def test_the_one_sided_test_asks_for_superiority_in_the_good_direction():
    x = chosen(RATE, "sprt")
    told_ = evidence_of(x, row(cells_of(x, (4_000, 0.1, 1), (4_000, 0.12, 1))))[1]
    assert told_["superiority"] == told_["better"]


@pytest.mark.parametrize("direction", ["increase", "decrease"])
@pytest.mark.parametrize("metric", [RATE | MARGIN, AMOUNT | MARGIN, RATIO | MARGIN], ids=lambda m: m["type"])
def test_a_relative_margin_is_tested_as_a_lift(metric, direction):
    x = chosen(metric | {"direction": direction})
    good = 1 if direction == "increase" else -1
    beyond = {claim.beyond for claim in claims(x, 0) if claim.beyond.size}
    assert beyond == {Effect(-good * 0.2, relative=True)}
    assert kinds(x.metrics[0])[-2:] == ("non_inferiority", "harm")


def test_the_effect_worth_detecting_is_a_share_of_a_rate_and_an_amount_of_anything_else():
    absolute = RATE | {"mde": {"absolute": 0.025}}
    relative = AMOUNT | {"mde": {"relative": 0.25}}
    sought = [next(c.beyond for c in claims(chosen(m), 0) if c.beyond.size) for m in (absolute, relative)]
    assert sought == [Effect(0.25, relative=True), Effect(0.5)]


UNKNOWN = SPENT | {"mde": {"relative": 0.1}}


@pytest.mark.parametrize(("name", "interval"), [("asymptotic_cs", False), ("bounded_bet", True)])
def test_without_a_size_an_amount_is_estimated_and_only_an_exact_interval_is_given(name, interval):
    x = chosen(UNKNOWN, name)
    cells = row(cells_of(x, (4_000, 0.1, 20), (4_000, 0.2, 20)))
    shown = Known().tell(x, 0, 1, cells[0])
    assert (shown.estimate, shown.relative) == (pytest.approx(2), pytest.approx(1))
    assert (shown.interval[0] is not None) == interval
    assert not evidence([Subject(x, 0, cells)])[0].any()


def test_the_classical_comparison_takes_amounts_as_they_are_and_ratios_by_the_delta_method():
    n, arms = [900, 1_000], ((900, 0.2, 5), (1_000, 0.3, 6))
    y = np.array([180 * 5, 300 * 6], dtype=object)
    yy = np.array([180 * 25, 300 * 36], dtype=object)
    spread = (yy - y * y / n) / (np.array(n) - 1)
    z, p = welch_z(n, (y / n).astype(float), spread.astype(float))
    for metric in (AMOUNT, ADJUSTED):
        x = chosen(metric)
        assert Known().tell(x, 0, 1, cells_of(x, *arms)).fixed_sample == pytest.approx((z, p), rel=1e-9)
    x = chosen(RATIO)
    ones = np.array(n, dtype=object)
    expected = ratio_z(n, y, yy, ones, ones, y)
    assert Known().tell(x, 0, 1, cells_of(x, *arms)).fixed_sample == pytest.approx(
        tuple(map(float, expected)), rel=1e-9
    )


def test_every_registered_test_can_be_chosen():
    names = {(experiment(METRICS[type_]).metrics[0].outcome, name) for type_, name in EVERY}
    assert names == set(registry())
