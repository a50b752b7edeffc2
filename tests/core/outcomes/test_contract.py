"""What holds for every kind of outcome: names, cells that add, and the totals the tests ask for."""

import numpy as np
import pytest

from stats.sequential.base import OUTCOMES, registry
from streams.core.outcomes.base import BOUNDLESS, Did
from tests.core.outcomes.samples import TYPES, cells_of, counted, did, matrix
from tests.core.samples import experiment


@pytest.fixture(params=TYPES)
def metric(request):
    return TYPES[request.param]


def sources(metric):
    return 1 + ("denominator" in metric)


def test_every_kind_of_outcome_that_tests_know_is_that_of_some_type():
    assert {counted(metric).name for metric in TYPES.values()} == set(OUTCOMES)


def test_cells_have_names_of_their_own(metric):
    outcome = counted(metric)
    assert len(set(outcome.cells)) == len(outcome.cells)


def test_a_unit_that_did_nothing_matures_all_the_same(metric):
    outcome = counted(metric)
    nothing = (0,) * sources(metric)
    row = outcome.matured(Did(acted=False, events=nothing, sums=nothing, covariates=(0,)))
    added = {outcome.cells[i] for i, amount in enumerate(row) if amount}
    assert added - {"expired", "up_to_-16"} == {"matured"}


def test_from_enough_on_more_makes_no_difference(metric):
    outcome, others = counted(metric), (0,) * (sources(metric) - 1)
    enough, more = did(max(outcome.enough, 1), *others), did(outcome.enough + 7_000_000, *others)
    assert outcome.matured(enough) == outcome.matured(more) or outcome.enough == BOUNDLESS


def test_the_totals_are_what_the_tests_of_the_outcome_read(metric):
    x = experiment(metric, assignment={"variants": VARIANTS})
    units = [did(*[2_000_001] * sources(metric)), did(*[0] * sources(metric))]
    looks, block = matrix(x, units, units * 2, units * 3)
    totals = x.metrics[0].counted.totals(looks, block, [1, 2])
    wanted = {name for (kind, _), test in registry().items() if kind == x.metrics[0].outcome for name in test.cells}
    assert wanted <= set(totals)
    assert {total.shape for total in totals.values()} == {(1, 1, 2)}
    assert totals["n"].tolist() == [[[4, 6]]]


VARIANTS = [
    {"key": "bold", "role": "treatment", "weight": 0.4},
    {"key": "control", "role": "control", "weight": 0.3},
    {"key": "wide", "role": "treatment", "weight": 0.3},
]


def test_of_nobody_there_is_no_mean(metric):
    outcome = counted(metric)
    arm = outcome.arm(dict.fromkeys(outcome.cells, 0))
    assert (arm["matured"], arm["conversions"], arm["sum"], arm["mean"]) == (0, 0, 0, None)


def test_people_read_how_many_matured_and_converted(metric):
    outcome = counted(metric)
    units = [did(*[3_000_000] * sources(metric))] * 2 + [did(*[0] * sources(metric))]
    arm = outcome.arm(cells_of(outcome, units))
    assert (arm["matured"], arm["conversions"]) == (3, 2)


@pytest.mark.parametrize("early", [name for name in TYPES if name not in ("binary", "retention")])
def test_only_a_plain_yes_or_no_is_read_early(early):
    x = experiment(TYPES[early])
    looks = np.zeros((1, x.layout.size), dtype=object)
    assert x.metrics[0].counted.early(looks, x.layout.metrics[0], [0, 1]) is None
    assert (x.metrics[0].has_early, x.metrics[0].counted.at_once) == (False, ())
