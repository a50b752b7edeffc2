"""What an entry keeps of several exposures, and what it costs."""

import gc
import itertools
from sys import getsizeof

import pytest

from streams.core.attribution import Attribution
from streams.core.memory import Entry
from tests.core.samples import BOUGHT, SPENT, arrivals, catalogue, conversion, experiment, exposure

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


def test_units_and_events_make_no_cycles():
    """So the worker may let the garbage collection pass them by."""
    x = experiment(BOUGHT, SPENT | {"role": "secondary", "covariate": {"attr": "spent"}})
    gc.collect()
    core = Attribution(catalogue(x))
    core.apply("exposures", arrivals([exposure(1), exposure(1, "bold", 5), exposure(2), exposure(3, "nobody")]))
    core.apply("conversions", arrivals([conversion(1, 1), conversion(2, 3), conversion(2, 9, target=1)]))
    core.counts()
    core.advance(10**15)
    core.counts()
    core._units._units.clear()
    assert gc.collect() == 0
