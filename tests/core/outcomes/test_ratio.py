"""Two sums of a unit and their moments."""

import pytest

from streams.core.outcomes.ratio import Ratio
from tests.core.outcomes.samples import REVENUE_PER_VISIT, cells_of, did, matrix
from tests.core.samples import experiment

UNITS = [did(3, 2), did(5, 0), did(0, 7), did(0, 0)]


def test_all_first_and_second_moments_are_kept():
    assert cells_of(Ratio(None), UNITS) == {
        "matured": 4,
        "converted": 2,
        "nonzero": 2,
        "sum": 8,
        "squares": 34,
        "x_sum": 9,
        "x_squares": 53,
        "products": 6,
    }


def test_a_cap_cuts_the_numerator_alone():
    cells = cells_of(Ratio(4), UNITS)
    assert (cells["sum"], cells["squares"], cells["x_sum"], cells["products"]) == (7, 25, 9, 6)


def test_each_total_is_the_cell_of_that_name():
    x = experiment(REVENUE_PER_VISIT)
    looks, block = matrix(x, UNITS, UNITS[:1])
    totals, cells = x.metrics[0].counted.totals(looks, block, [0, 1]), cells_of(Ratio(None), UNITS)
    assert totals.pop("n")[0, 0].tolist() == [4, 1]
    assert {name: total[0, 0, 0] for name, total in totals.items()} == {name: cells[name] for name in totals}


@pytest.mark.parametrize(("units", "mean"), [(UNITS, 8 / 9), ([did(5, 0)], None)])
def test_the_mean_is_the_ratio_of_the_sums(units, mean):
    arm = Ratio(None).arm(cells_of(Ratio(None), units))
    assert arm["mean"] == mean
    assert arm["sum"] == sum(unit.sums[0] for unit in units) / 1_000_000
    assert arm["denominator"] == sum(unit.sums[1] for unit in units) / 1_000_000
