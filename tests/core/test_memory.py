"""What an entry keeps of several exposures, and what it costs."""

import itertools
from sys import getsizeof

import pytest

from streams.core.memory import Entry

EXPOSURES = [(5, 1, (3, 8)), (5, 1, (4, 2)), (5, 2, (0, 0)), (6, 0, (1, 1))]


@pytest.mark.parametrize("order", list(itertools.permutations(EXPOSURES)))
def test_of_exposures_in_any_order_the_smallest_is_the_entry_with_the_smallest_of_each_covariate(order):
    (time, variant, covariates), *others = order
    entry = Entry(0, time, variant, 1, covariates=covariates)
    for other in others:
        entry.expose(*other)
    assert (entry.time, entry.variant, entry.covariates) == (5, 1, (3, 2))


def test_without_covariates_an_entry_keeps_none():
    entry = Entry(0, 5, 1, 1)
    entry.expose(5, 1, ())
    entry.expose(4, 1, ())
    assert (entry.time, entry.covariates) == (4, ())


def test_the_place_for_covariates_costs_nothing_where_there_are_none():
    """Small objects are handed out in steps of 16 bytes, and five places would have taken 72."""
    assert getsizeof(Entry(0, 5, 1, 1)) <= 80
    assert Entry(0, 1, 1, 1).covariates is Entry(0, 2, 1, 1).covariates
