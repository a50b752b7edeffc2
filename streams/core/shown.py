"""What is shown of a contrast beside its evidence: estimate, intervals, and the classical comparison."""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from stats.arrays import Array
from stats.fixed_sample import ratio_z, two_proportion_z, welch_z
from stats.moments import moments
from stats.sequential.base import Totals
from streams.core import sizes
from streams.core.cells import Matrix
from streams.core.definition import Experiment
from streams.core.events import MICRO
from streams.core.testing import tests

Pair = tuple[float | None, float | None]
Pooled = Mapping[str, Matrix]
NONE: Pair = (None, None)


class Shown(NamedTuple):
    """Current estimate and always-valid interval, absolute and relative, and the classical (z, p) beside them."""

    estimate: float | None
    interval: Pair
    relative: float | None
    relative_interval: Pair
    fixed_sample: Pair


def show(x: Experiment, m: int, variant: int, looks: Matrix) -> Shown:
    """What is known of the matured reading at one look (a matrix of one row)."""
    metric = x.metrics[m]
    totals = metric.counted.totals(looks, x.layout.metrics[m], (x.control, variant))
    estimate, interval = _effect(x, m, variant, totals, relative=False)
    lift, lifts = _effect(x, m, variant, totals, relative=True)
    pooled = {name: cells[0].sum(axis=0) for name, cells in totals.items()}
    return Shown(estimate, interval, lift, lifts, pair(CLASSICAL[metric.outcome](pooled)))


def _effect(x: Experiment, m: int, variant: int, totals: Totals, *, relative: bool) -> tuple[float | None, Pair]:
    """Estimate and interval; the interval of a test that needs a size there is none of is not given."""
    metric, rho, test = x.metrics[m], sizes.rho(x, variant), tests(x, m).showing(relative=relative)
    estimate = number(test.estimate(totals, rho, relative=relative)[0])
    if not (sizes.testable(metric) or test.exact):
        return estimate, NONE
    lower, upper = test.interval(totals, rho, metric.design.alpha, relative=relative)
    return estimate, pair((lower[0], upper[0]))


def _proportions(t: Pooled) -> tuple[Array, Array]:
    return two_proportion_z(t["n"], t["converted"])


def _means(t: Pooled) -> tuple[Array, Array]:
    """Of the amounts as they are, with a covariate too: what anyone would find who knows nothing but them."""
    return welch_z(t["n"], *moments(t["n"], t["sum"], t["squares"], MICRO))


def _ratios(t: Pooled) -> tuple[Array, Array]:
    return ratio_z(*(t[name] for name in ("n", "sum", "squares", "x_sum", "x_squares", "products")))


CLASSICAL: Mapping[str, Callable[[Pooled], tuple[Array, Array]]] = {
    "yes_no": _proportions,
    "amount": _means,
    "adjusted_amount": _means,
    "ratio": _ratios,
}


def floats(cells: Matrix) -> Array:
    """Counts as floats: exact up to 2**53."""
    return cells.astype(np.float64)


def number(value: Any) -> float | None:
    """A plain number, or None when there is none."""
    return float(value) if value is not None and math.isfinite(value) else None


def pair(values: tuple[Any, Any]) -> Pair:
    """A pair of plain numbers."""
    return number(values[0]), number(values[1])
