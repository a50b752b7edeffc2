"""Totals of every variant, as people read them."""

from typing import Any

import numpy as np

from streams.core.cells import Matrix
from streams.core.definition import Experiment
from streams.core.events import MICRO

Object = dict[str, Any]


def arms(x: Experiment, m: int, looks: Matrix) -> list[Object]:
    """Totals of every variant over the phases."""
    metric, block = x.metrics[m], x.layout.metrics[m]
    units = x.layout.units.field(looks, "entered")[0].sum(axis=0)
    total = {name: block.field(looks, name)[0].sum(axis=0) for name in block.fields}
    converted = total["matured_converted" if metric.exact else "converted"]
    sums = [c if metric.exact else s / MICRO for c, s in zip(converted, total.get("sum", converted), strict=True)]
    columns = zip(units, total["matured"], converted, sums, strict=True)
    return [_arm(int(n), int(matured), int(conversions), sum_) for n, matured, conversions, sum_ in columns]


def _arm(units: int, matured: int, conversions: int, sum_: float) -> Object:
    mean = sum_ / matured if matured else None
    return {"units": units, "matured": matured, "conversions": conversions, "sum": sum_, "mean": mean}


def row(totals: list[int]) -> Matrix:
    """One look as a matrix."""
    return np.array([totals], dtype=object)
