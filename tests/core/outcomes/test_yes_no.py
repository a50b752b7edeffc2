"""A yes when the unit converts, and a yes or a no once its window has closed."""

from streams.core.outcomes.base import Did
from streams.core.outcomes.yes_no import YesNo
from tests.core.outcomes.samples import cells_of, did, matrix
from tests.core.samples import experiment

REVERSED = Did(acted=True, events=(0,), sums=(0,), covariates=())


def test_a_conversion_is_told_at_once_and_again_when_the_unit_has_matured():
    assert dict(zip(YesNo.cells, YesNo.at_once, strict=False)) == {"converted_now": 1}
    assert cells_of(YesNo(), [did(1)]) == {"converted_now": 0, "expired": 0, "matured": 1, "matured_converted": 1}


def test_what_was_reversed_is_no_conversion_but_has_not_expired_either():
    assert cells_of(YesNo(), [REVERSED]) == {"converted_now": 0, "expired": 0, "matured": 1, "matured_converted": 0}


def test_a_unit_without_any_event_expires():
    assert cells_of(YesNo(), [did(0)]) == {"converted_now": 0, "expired": 1, "matured": 1, "matured_converted": 0}


def test_the_early_totals_are_of_the_units_one_knows_about():
    x = experiment()
    looks, block = matrix(x, [did(0)] * 5, [did(0)] * 7)
    for variant, converted in enumerate((2, 3)):
        looks[0, block.at(0, variant)] = converted
    totals = YesNo().early(looks, block, [0, 1])
    assert {name: total[0, 0].tolist() for name, total in totals.items()} == {
        "n": [7, 10],
        "converted": [2, 3],
        "nonzero": [2, 3],
        "sum": [2, 3],
        "squares": [2, 3],
    }


def test_the_matured_totals_are_of_the_units_whose_time_is_over():
    x = experiment()
    looks, block = matrix(x, [did(0)] * 5, [did(1), REVERSED])
    totals = YesNo().totals(looks, block, [0, 1])
    assert (totals["n"][0, 0].tolist(), totals["converted"][0, 0].tolist()) == ([5, 2], [0, 1])
    assert all(totals[name] is totals["converted"] for name in ("nonzero", "sum", "squares"))
