"""A word tells any deed that has a number, amounts as well; what has none is told by records, and counted alike."""

from unittest.mock import patch

import pytest

from streams.core import quiet
from streams.core.attribution import Attribution
from streams.core.cells import COUNTERS
from streams.core.deeds import Deeds
from streams.core.memory import Acting, Unit
from streams.core.recount import NEVER
from tests.core.samples import BOUGHT, DAY, MINUTE, SPENT, catalogue, conversion, experiment, exposure
from tests.core.test_plain import after, all_awake, looks, unit

ORDERS = SPENT | {"id": "orders", "type": "count", "cap": {"value": 2}, "role": "secondary"}
PER_REFUND = SPENT | {
    "id": "per",
    "type": "ratio",
    "role": "secondary",
    "denominator": {"event": "refund", "value": True},
}
SHOP = catalogue(experiment(SPENT, ORDERS, PER_REFUND, BOUGHT | {"role": "secondary"}))


def paid(*prices, at=MINUTE, **changes):
    return [conversion(1, at + n, at + n, value=price, **changes) for n, price in enumerate(prices)]


TWICE = [exposure(1), *paid(30.0, 5.0)]


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        (TWICE, Acting),
        ([*reversed(TWICE)], Acting),
        ([*TWICE, TWICE[1]], Acting),
        ([exposure(1), *paid(None)], Unit),
        ([exposure(1), *paid(None, at=20 * MINUTE)], Acting),
        ([exposure(1), *paid(5.0), *paid(4.0)], Unit),
        ([exposure(1), *paid(5.0, at=7 * MINUTE), *paid(0.0)], Acting),
        ([exposure(1), *paid(80.0, 80.0, 80.0)], Acting),
    ],
    ids=[
        "pays twice",
        "paid before it was known",
        "told again",
        "without a value",
        "without a value, when nobody asks",
        "told differently",
        "free",
        "above the cap",
    ],
)
def test_amounts_are_told_in_words(events, kind):
    """And every look is as if they were told by records."""
    assert type(unit(after(*events, experiments=SHOP))) is kind
    told = [*looks(SHOP, events)]
    with all_awake():
        assert told == [*looks(SHOP, events)]


def test_what_was_paid_is_summed_up():
    (told,) = after(*TWICE, experiments=catalogue(experiment(SPENT)), clock=DAY).counts(everything=True)
    assert told.cells[len(COUNTERS) + 2 :][:6] == [1, 1, 1, 0, 35_000_000, 35_000_000**2]


@pytest.mark.parametrize("events", [TWICE, [exposure(1, at=5), *TWICE[1:], TWICE[0]]], ids=["plain", "awake"])
def test_who_paid_is_an_integer_once_the_conversions_are_forgotten(events):
    """Who was awake is one if its deed is known, be it from others."""
    others = [exposure(2), *(conversion(2, MINUTE + n, 9 - n, value=price) for n, price in enumerate((30.0, 5.0)))]
    core = after(*others, *events, clock=DAY, experiments=SHOP)
    assert [*map(type, core._units._units.values())] == [int, int]


def test_of_two_that_did_different_things_none_is_taken_for_the_other():
    core = after(*TWICE, exposure(2), conversion(2, MINUTE, value=35.0), clock=DAY, experiments=SHOP)
    first, second = core._units._units.values()
    assert first != second


def test_when_there_are_no_numbers_left_units_are_told_by_records():
    events = [exposure(1), *paid(30.0)]
    with patch.object(quiet, "ACTED", 2):
        core = after(*events, experiments=SHOP)
        assert (type(unit(core)), core._units.deeds) == (Unit, [[()]])
        told = [*looks(SHOP, events)]
    assert told == [*looks(SHOP, events)]


def test_deeds_have_numbers_in_the_order_in_which_they_are_done():
    deeds = Deeds(experiment(SPENT), most=3)
    assert [deeds.number(deed) for deed in ((), (5,), (NEVER + 1,), (5,), (6,))] == [0, 1, 2, 1, None]
    assert deeds.known == [(), (5,), (0,)]


def test_with_covariates_no_word_can_tell_what_was_done():
    adjusted = catalogue(experiment(SPENT | {"covariate": {"attr": "past"}}))
    core = Attribution(adjusted)
    assert not core._units._arms.all[0].tells
    assert type(unit(after(*paid(5.0), exposure(1), experiments=adjusted))) is Unit
