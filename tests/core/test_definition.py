"""A definition made ready: windows, phases, maturities and the places of its cells."""

import pytest

from streams.core.cells import BINARY, COUNTERS, EXCLUDED, MEAN, Layout, add, index
from tests.core.samples import BOUGHT, DAY, HOUR, MINUTE, SPENT, START, experiment, schedule, variants

RETURNED = {"id": "returned", "role": "secondary", "type": "retention", "event": "visit"}
LATER = RETURNED | {"window": {"delay": "1d", "length": "1h"}}
RAMP = [
    {"from": "2025-03-11T00:00:00Z", "weights": {"control": 0.8, "bold": 0.2}},
    {"from": "2025-03-12T00:00:00Z", "coverage": 0.9},
    {"from": "2025-03-13T00:00:00Z", "weights": {"bold": 0.5, "control": 0.5}},
]


def test_a_window_opens_after_its_delay_and_closes_a_length_later():
    metric = experiment(BOUGHT, LATER).metrics[1]
    assert (metric.opens, metric.closes, metric.exact) == (DAY, DAY + HOUR, True)


def test_a_cap_is_counted_in_millionths():
    assert experiment(SPENT | {"cap": {"value": 0.1}}).metrics[0].cap == 100_000
    assert experiment().metrics[0].cap is None
    assert not experiment(SPENT).metrics[0].exact


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
    layout = Layout.of(3, 2, [BINARY, MEAN])
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
