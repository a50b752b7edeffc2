"""Units that do far too much: counted by the same rules, in bounded memory, whatever the order."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.audit.counting import units
from streams.core import memory, seen
from streams.core.attribution import Attribution
from streams.core.cells import COUNTERS
from tests.core.samples import BOUGHT, DAY, SPENT, START, arrival, catalogue, conversion, experiment, exposure
from tests.core.test_deliveries_against_oracle import STEPS, test_any_delivery_ends_in_the_counts_of_the_oracle
from tests.oracle.worlds import SEEDS, worlds

COUNTED = {"id": "orders", "role": "secondary", "type": "count", "event": "order", "cap": {"value": 5_000}}
X = experiment(BOUGHT, SPENT | {"role": "secondary"}, COUNTED | {"window": {"length": "5m"}})
against_the_oracle = test_any_delivery_ends_in_the_counts_of_the_oracle.hypothesis.inner_test
del test_any_delivery_ends_in_the_counts_of_the_oracle


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(worlds(), SEEDS, st.lists(STEPS, max_size=15), st.integers(1, 2))
def test_of_too_many_conversions_the_oracle_uses_and_tells_the_same(world, seed, steps, most):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seen, "MOST", most)
        patch.setattr(memory, "FEW", most)
        patch.setattr(units, "LARGEST_UNIT", most)
        against_the_oracle(world, seed, steps)


def counted(events, looks=()):
    """Cells when all is over, and the most that was remembered of the unit."""
    core, held = Attribution(catalogue(X)), 0
    core.apply("exposures", [arrival(exposure(1))])
    for offset, event in enumerate(events):
        core.apply("conversions", [arrival(event, offset)._replace(time=START + 10_000)])
        (unit,) = core._units._units.values()
        held = max(held, len(unit.conversions), len(getattr(unit, "reversals", ())))
        if offset in looks:
            core.counts()
    core.advance(START + DAY)
    (counts,) = core.counts(everything=True)
    return counts.cells, held


def test_what_is_used_of_a_bot_is_the_same_in_any_order_and_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(seen, "MOST", 5)
    monkeypatch.setattr(memory, "HELD", 20)
    events = [conversion(1, 1 + identity % 7, identity, value=identity / 4) for identity in range(100)]
    events += [conversion(1, 2, identity, target=3) for identity in range(100, 150)]
    orders = [events, events[::-1], random.Random(1).sample(events, len(events))]
    found = [counted(order, looks) for order in orders for looks in ((), range(0, 150, 9))]
    assert len({tuple(cells) for cells, _ in found}) == 1
    assert max(held for _, held in found) <= 2 * 20
    cells = found[0][0]
    assert cells[X.layout.metrics[2].at(0, 0) + 4] == 4 * 1_000_000  # five used, one of them taken back
    assert cells[COUNTERS.index("over_cap")] == 20 - 5


def test_of_one_conversion_told_very_often_every_copy_is_counted(monkeypatch):
    monkeypatch.setattr(memory, "HELD", 10)
    before = conversion(1, -1, identity=2)  # so that all copies are kept
    cells, held = counted([before, *[conversion(1, 5, value=2.0)] * 1_000])
    assert (cells[COUNTERS.index("duplicate")], held) == (999, 20)
    assert cells[X.layout.metrics[1].at(0, 0) + 4] == 2_000_000
