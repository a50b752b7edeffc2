"""A definition made ready: windows, phases, maturities and the places of its cells."""

import pytest

from stats.sequential.base import Design, Effect, Horizon
from streams.core.cells import COUNTERS, EXCLUDED, Layout, add, index
from streams.core.events import MICRO
from tests.core.samples import BOUGHT, DAY, HARMED, HOUR, MINUTE, SPENT, START, experiment, schedule, variants

RETURNED = {"id": "returned", "role": "secondary", "type": "retention", "event": "visit"}
COVERED = SPENT | {"id": "bought"}
LATER = RETURNED | {"window": {"delay": "1d", "length": "1h"}}
RAMP = [
    {"from": "2025-03-11T00:00:00Z", "weights": {"control": 0.8, "bold": 0.2}},
    {"from": "2025-03-12T00:00:00Z", "coverage": 0.9},
    {"from": "2025-03-13T00:00:00Z", "weights": {"bold": 0.5, "control": 0.5}},
]


def test_a_window_opens_after_its_delay_and_closes_a_length_later():
    metric = experiment(BOUGHT, LATER).metrics[1]
    assert (metric.opens, metric.closes, metric.has_early) == (DAY, DAY + HOUR, True)


@pytest.mark.parametrize(
    ("changes", "outcome", "method", "scale"),
    [
        ({"type": "retention"}, "yes_no", "label_bet", 1),
        ({"type": "quantile", "threshold": 3}, "yes_no", "label_bet", 1),
        ({"type": "count", "cap": {"value": 3}}, "amount", "asymptotic_cs", MICRO),
        ({"type": "ratio", "denominator": {"event": "visit", "count": True}}, "ratio", "asymptotic_cs", MICRO),
        (COVERED | {"covariate": {"attr": "a"}}, "adjusted_amount", "anytime_regression", MICRO),
        (COVERED | {"covariate": {"attr": "a", "theta": 0.0}}, "adjusted_amount", "cuped", MICRO),
    ],
)
def test_every_type_has_an_outcome_and_a_usual_method(changes, outcome, method, scale):
    metric = experiment(BOUGHT | changes).metrics[0]
    assert (metric.outcome, metric.method, metric.design.scale) == (outcome, method, scale)


def test_a_test_is_told_what_the_definition_says():
    chosen = {"method": {"bought": "group_sequential"}, "horizon": {"bought": {"conversions": 400}}, "alpha": 0.01}
    sizes = {"baseline": {"mean": 0.1}, "mde": {"absolute": 0.01}}
    planning = {"planning": {"units_per_day": 50}, "schedule": {"max_runtime": "36h", "min_runtime": "0s"}}
    metric = experiment(BOUGHT | sizes, statistics=chosen, **planning).metrics[0]
    told = Design(Effect(0.01), baseline=0.1, alpha=0.01, units=75.0, horizon=Horizon(400, "obrien_fleming", None))
    assert (metric.method, metric.design) == ("group_sequential", told)


def test_a_test_of_amounts_is_told_the_cap_and_the_slope():
    covariate = {"covariate": {"attr": "a", "theta": 0.4}, "mde": {"relative": 0.02}, "baseline": {"mean": 7}}
    told = Design(Effect(0.02, relative=True), baseline=7, cap=100, scale=MICRO, theta=0.4)
    assert experiment(SPENT | covariate).metrics[0].design == told


def test_a_guardrail_that_may_act_on_both_readings_halves_its_level():
    acts = {"metadata": {"id": "demo", "owner": {"name": "Ada"}, "runbook": "https://example.org"}}
    levels = {"statistics": {"alpha": 0.1, "guardrail_alpha": 0.04}}
    guardrail = HARMED | {"early_action": "pause"}
    x = experiment(BOUGHT, HARMED | {"id": "calm"}, guardrail, **acts, **levels)
    assert [metric.design.alpha for metric in x.metrics] == [0.1, 0.04, 0.02]


def test_a_denominator_is_an_event_of_its_metric():
    below = {"event": "visit", "value": True, "filter": {"all": [{"attr": "page", "eq": "shop"}]}}
    x = experiment(BOUGHT | {"type": "ratio", "denominator": below, "numerator": "count"})
    assert x.names == {"order", "visit"}
    own, denominator = x.metrics[0].sources
    assert (own.event, own.matches, own.valued) == ("order", None, False)
    assert (denominator.event, denominator.valued, denominator.matches({"page": "shop"})) == ("visit", True, True)


@pytest.mark.parametrize(
    ("known", "micros"),
    [
        (7, 7 * MICRO),
        (-2.5, -2_500_000),
        (0.0000005, 0),
        (9e12, 9_000_000 * MICRO**2),
        (-9.1e12, 0),
        (10**400, 0),
        (float("nan"), 0),
        (True, 0),
        ("7", 0),
        (None, 0),
        ({"past": 7}, 0),
    ],
)
def test_a_covariate_is_a_number_in_range_or_nothing(known, micros):
    x = experiment(COVERED | {"covariate": {"attr": "past.spend"}})
    assert x.covariates_at({"past": {"spend": known}}) == (micros,)


def test_covariates_are_kept_once_and_only_where_one_is_declared():
    again = [SPENT | {"id": f"m{i}", "covariate": {"attr": attr}} for i, attr in enumerate("aba")]
    assert experiment(*again).covariates_at({"b": 3, "c": 4}) == (0, 3 * MICRO)
    assert experiment(SPENT).covariates_at({"a": 3}) == ()


def test_a_cap_is_counted_in_millionths():
    assert experiment(SPENT | {"cap": {"value": 0.1}}).metrics[0].cap == 100_000
    assert experiment().metrics[0].cap is None
    assert not experiment(SPENT).metrics[0].has_early


def test_a_phase_begins_with_its_instant_and_keeps_the_weights_it_does_not_change():
    x = experiment(assignment={"variants": variants(0.5, 0.5), "phases": RAMP})
    assert [x.phase(START + DAY + ms) for ms in (-1, 0)] == [0, 1]
    assert [x.phase(START + d * DAY) for d in (0, 1, 2, 3, 30)] == [0, 1, 2, 3, 3]
    assert x.weights == ((0.5, 0.5), (0.8, 0.2), (0.8, 0.2), (0.5, 0.5))


def test_a_unit_matures_a_lateness_after_each_window():
    x = experiment(BOUGHT, LATER)
    closings = (5 * MINUTE, DAY + HOUR)
    assert (x.closings, x.longest) == (closings, DAY + HOUR)
    instants = [START + closing + MINUTE + ms for closing in closings for ms in (-1, 0)]
    assert [x.matured(START, clock) for clock in instants] == [0, 1, 1, 2]
    assert x.next_maturity(START, START) == START + 6 * MINUTE
    assert x.next_maturity(START, START + 6 * MINUTE) == START + DAY + HOUR + MINUTE
    assert x.next_maturity(START, START + 30 * DAY) is None
    assert x.closes(START) == START + DAY + HOUR + 2 * MINUTE


@pytest.mark.parametrize(("at", "runs"), [(-1, False), (0, True), (HOUR - 1, True), (HOUR, False)])
def test_an_experiment_runs_from_its_start_up_to_its_stop(at, runs):
    x = experiment(**schedule(stop_at="2025-03-10T01:00:00Z"))
    assert x.runs_at(START + at) == runs


def test_without_limits_it_always_runs():
    assert experiment(schedule={}).runs_at(-(10**15))


def test_the_control_is_found_wherever_it_stands():
    arms = variants(0.2, 0.3, 0.5)
    x = experiment(assignment={"variants": [arms[1], arms[0], arms[2]]})
    assert (x.variants, x.control, x.treatments) == (("bold", "control", "wide"), 1, (0, 2))


def test_every_count_has_a_place_of_its_own():
    layout = Layout.of(3, 2, [("yes", "no"), ("one", "two", "three")])
    places = [range(len(COUNTERS))]
    for block in (layout.units, *layout.metrics):
        places += [range(block.at(p, v), block.at(p, v) + len(block.fields)) for p in range(3) for v in range(2)]
    assert [place for stretch in places for place in stretch] == list(range(layout.size))


def test_what_is_excluded_is_counted_first_by_name():
    assert [index(name) for name in EXCLUDED] == list(range(7))
    assert index("duplicate") == 7


def test_cells_of_disjoint_units_add():
    assert add([1, 2, 3], [10, 0, -3]) == [11, 2, 0]
    with pytest.raises(ValueError, match=r"argument 2 is (shorter|longer)"):
        add([1], [1, 2])
