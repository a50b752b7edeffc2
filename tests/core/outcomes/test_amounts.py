"""Amounts by themselves, and beside a covariate."""

import pytest

from streams.core.outcomes.adjusted_amount import AdjustedAmount
from streams.core.outcomes.amount import Amount
from tests.core.outcomes.samples import KNOWN_BEFORE, cells_of, did, matrix
from tests.core.samples import SPENT, experiment


@pytest.mark.parametrize(
    ("total", "row"),
    [(0, [1, 0, 0, 0, 0, 0]), (9, [1, 1, 1, 0, 9, 81]), (10, [1, 1, 1, 0, 10, 100]), (11, [1, 1, 1, 1, 10, 100])],
)
def test_a_unit_counts_for_its_amount_up_to_the_cap(total, row):
    assert list(Amount(10).matured(did(total))) == row


def test_the_largest_amounts_are_squared_without_loss():
    largest = 9 * 10**18
    assert cells_of(Amount(largest), [did(largest)] * 3)["squares"] == 243 * 10**36


def test_the_mean_is_of_all_matured_units_in_their_own_unit():
    arm = Amount(10**9).arm(cells_of(Amount(10**9), [did(3_000_000), did(0)]))
    assert arm == {"matured": 2, "conversions": 1, "sum": 3.0, "mean": 1.5}


def test_a_covariate_brings_its_moments():
    adjusted = AdjustedAmount(10, 1)
    units = [
        did(3)._replace(covariates=(99, 5)),
        did(20)._replace(covariates=(99, -2)),
        did(0)._replace(covariates=(99, 7)),
    ]
    cells = cells_of(adjusted, units)
    assert {name: cells[name] for name in ("sum", "squares", "x_sum", "x_squares", "products")} == {
        "sum": 13,
        "squares": 109,
        "x_sum": 10,
        "x_squares": 78,
        "products": -5,
    }


def test_the_mean_of_the_covariate_is_shown():
    adjusted = AdjustedAmount(10, 0)
    cells = cells_of(adjusted, [did(3, covariate=1_000_000), did(0, covariate=-4_000_000)])
    assert adjusted.arm(cells)["covariate"] == -1.5
    assert adjusted.arm(dict.fromkeys(adjusted.cells, 0))["covariate"] is None


@pytest.mark.parametrize("metric", [SPENT, KNOWN_BEFORE])
def test_each_total_is_the_cell_of_that_name(metric):
    x = experiment(metric)
    units = [did(3, covariate=2), did(200_000_000, covariate=3)]
    looks, block = matrix(x, units, [])
    totals, cells = x.metrics[0].counted.totals(looks, block, [0, 1]), cells_of(x.metrics[0].counted, units)
    assert totals.pop("n")[0, 0].tolist() == [2, 0]
    assert {name: total[0, 0].tolist() for name, total in totals.items()} == {name: [cells[name], 0] for name in totals}
