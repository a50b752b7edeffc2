"""Metrics of every type, and cells of a few units made from what each did."""

import numpy as np

from streams.core.outcomes.base import Did
from tests.core.samples import BOUGHT, SPENT, experiment

ROLE = {"role": "primary", "window": {"length": "5m"}}
REVENUE_PER_VISIT = ROLE | {
    "id": "per",
    "type": "ratio",
    "event": "order",
    "denominator": {"event": "visit", "count": True},
}
SLOW = ROLE | {"id": "slow", "type": "quantile", "event": "load", "threshold": 2}
KNOWN_BEFORE = SPENT | {"covariate": {"attr": "past_spend"}}
TYPES = {
    "binary": BOUGHT,
    "retention": BOUGHT | {"type": "retention"},
    "count": SPENT | {"type": "count"},
    "continuous": SPENT,
    "with covariate": KNOWN_BEFORE,
    "ratio": REVENUE_PER_VISIT,
    "quantile": SLOW,
}


def counted(metric):
    return experiment(metric).metrics[0].counted


def did(*sums, covariate=0, acted=None):
    """What a unit did, in millionths; it had an event for each sum that is not 0."""
    events = tuple(int(one > 0) for one in sums)
    return Did(any(events) if acted is None else acted, events, sums, (covariate,))


def cells_of(outcome, units):
    """Names to totals."""
    rows = [outcome.matured(unit) + (0,) * len(outcome.cells) for unit in units]
    return {name: sum(int(row[i]) for row in rows) for i, name in enumerate(outcome.cells)}


def matrix(x, *arms):
    """One look in which each arm, by variant, has the cells of these units of the only metric."""
    cells, block = [0] * x.layout.size, x.layout.metrics[0]
    for variant, units in enumerate(arms):
        for place, count in enumerate(cells_of(x.metrics[0].counted, units).values()):
            cells[block.at(0, variant) + place] = count
    return np.array([cells], dtype=object), block
