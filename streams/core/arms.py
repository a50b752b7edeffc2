"""Totals of every variant, as people read them."""

from collections.abc import Sequence

import numpy as np

from streams.core.cells import Matrix
from streams.core.definition import Experiment
from streams.core.outcomes.base import Object


def arms(x: Experiment, m: int, looks: Matrix) -> list[Object]:
    """Totals of every variant over the phases."""
    block, counted = x.layout.metrics[m], x.metrics[m].counted
    units = x.layout.units.field(looks, "entered")[0].sum(axis=0)
    totals = {name: block.field(looks, name)[0].sum(axis=0) for name in block.fields}
    cells = [{name: int(total[v]) for name, total in totals.items()} for v in range(len(units))]
    return [{"units": int(n)} | counted.arm(mine) for n, mine in zip(units, cells, strict=True)]


def row(totals: Sequence[int]) -> Matrix:
    """One look as a matrix."""
    return np.array([totals], dtype=object)
