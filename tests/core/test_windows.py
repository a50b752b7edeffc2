"""Every border of time, to the millisecond: windows, lateness, entries, maturities, reversals."""

import pytest

from streams.core.attribution import Attribution
from tests.core.samples import BOUGHT, DAY, MINUTE, START, arrival, catalogue, conversion, experiment, exposure

LATER = BOUGHT | {"window": {"delay": "1m", "length": "5m"}}
X = experiment(LATER)


def cells_of(x, *arrivals, clock=START + DAY):
    core = Attribution(catalogue(x))
    for offset, one in enumerate(arrivals):
        core.apply("conversions" if hasattr(one.event, "identity") else "exposures", [one._replace(offset=offset)])
    core.advance(clock)
    return core.counts(everything=True)[0].cells


def field(x, cells, name, variant=0):
    block = x.layout.metrics[0]
    return cells[block.at(0, variant) + block.fields.index(name)]


@pytest.mark.parametrize(
    ("at", "inside"), [(MINUTE - 1, 0), (MINUTE, 1), (6 * MINUTE - 1, 1), (6 * MINUTE, 0), (0, 0), (-1, 0)]
)
def test_a_window_holds_its_first_moment_and_not_its_last(at, inside):
    cells = cells_of(X, arrival(exposure(1)), arrival(conversion(1, at)))
    assert (field(X, cells, "converted_now"), field(X, cells, "expired")) == (inside, 1 - inside)


@pytest.mark.parametrize(("clock", "matured"), [(7 * MINUTE - 1, 0), (7 * MINUTE, 1)])
def test_a_unit_matures_when_the_clock_has_passed_its_window_and_the_lateness(clock, matured):
    cells = cells_of(X, arrival(exposure(1)), arrival(conversion(1, 2 * MINUTE)), clock=START + clock)
    found = [field(X, cells, name) for name in ("converted_now", "matured", "matured_converted")]
    assert found == [1, matured, matured]


@pytest.mark.parametrize(("delay", "late"), [(MINUTE, 0), (MINUTE + 1, 1)])
def test_an_event_is_late_when_it_is_recorded_after_the_lateness(delay, late):
    cells = cells_of(X, arrival(exposure(1), delay=delay))
    assert (cells[2], cells[x_units(X)]) == (late, 1 - late)
    cells = cells_of(X, arrival(exposure(1)), arrival(conversion(1, 2 * MINUTE), delay=delay))
    assert (cells[2], field(X, cells, "converted_now")) == (late, 1 - late)


def x_units(x, variant=0):
    return x.layout.units.at(0, variant)


@pytest.mark.parametrize(("recorded", "stands", "drift"), [(7 * MINUTE - 1, 0, 0), (7 * MINUTE, 1, 1)])
def test_a_reversal_counts_until_the_unit_has_matured(recorded, stands, drift):
    taken_back = conversion(1, recorded, 9, target=1)
    cells = cells_of(X, arrival(exposure(1)), arrival(conversion(1, 2 * MINUTE)), arrival(taken_back))
    assert (field(X, cells, "matured_converted"), cells[4]) == (stands, drift)
    assert field(X, cells, "converted_now") == 1


@pytest.mark.parametrize("order", [["control", "bold"], ["bold", "control"]])
def test_of_two_exposures_at_once_the_first_variant_of_the_definition_is_the_entry(order):
    x = experiment(exposure={"lateness": "1m", "multi_variant": "first_seen"})
    cells = cells_of(x, *(arrival(exposure(1, variant)) for variant in order))
    assert [cells[x_units(x, variant)] for variant in (0, 1)] == [1, 0]


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_the_earliest_exposure_is_the_entry_whenever_it_comes(order):
    x = experiment(LATER, exposure={"lateness": "1m", "multi_variant": "first_seen"})
    seen = [arrival(exposure(1, "bold", 0)), arrival(exposure(1, "control", MINUTE // 2))]
    cells = cells_of(x, *(seen[i] for i in order), arrival(conversion(1, MINUTE)))
    assert [cells[x_units(x, variant)] for variant in (0, 1)] == [0, 1]
    assert field(x, cells, "converted_now", 1) == 1


@pytest.mark.parametrize(("at", "remembered"), [(-2 * MINUTE, True), (-2 * MINUTE - 1, False)])
def test_a_copy_is_compared_as_long_as_it_might_matter(at, remembered):
    """The smallest of two copies is the event: one from before the entry takes the other out of its window."""
    x = experiment(BOUGHT)
    cells = cells_of(x, arrival(exposure(1)), arrival(conversion(1, at)), arrival(conversion(1, MINUTE)))
    assert field(x, cells, "converted_now") == (0 if remembered else 1)
