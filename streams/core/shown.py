"""What is shown of a contrast beside its evidence: estimate, intervals, and the classical comparison."""

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from stats.arrays import Array
from stats.fixed_sample import ratio_z, two_proportion_z, welch_z
from stats.moments import moments
from stats.sequential.base import Totals
from stats.several import Several, likeness
from streams.core import sizes
from streams.core.alike import Subject, by_likeness, read, rho, shape, token
from streams.core.arms import row
from streams.core.cells import Matrix
from streams.core.definition import Experiment
from streams.core.events import MICRO
from streams.core.lately import Cells, own
from streams.core.testing import tests

Pair = tuple[float | None, float | None]
Pooled = Mapping[str, Matrix]
REMEMBERED = 2**14


class Shown(NamedTuple):
    """Current estimate and always-valid interval, absolute and relative, and the classical (z, p) beside them."""

    estimate: float | None
    interval: Pair
    relative: float | None
    relative_interval: Pair
    fixed_sample: Pair


class Known:
    """What was shown of late: intervals are dear, and told several times over: in the object, in plots, in a decision.

    They are had for less by asking for those of several experiments at once, before any of them is told.
    """

    def __init__(self) -> None:
        self._shown: dict[tuple[Experiment, int, Cells], tuple[Shown, ...]] = {}

    def ask(self, wanted: Iterable[tuple[Experiment, Sequence[int]]]) -> None:
        """Find out what will be shown of experiments with these cells."""
        subjects = (Subject(x, m, row(cells)) for x, cells in wanted for m in range(len(x.metrics)))
        new = {key: one for one in subjects if (key := (one.x, one.m, own(one))) not in self._shown}
        if len(self._shown) + len(new) > REMEMBERED:
            self._shown.clear()
        self._shown |= zip(new, show([*new.values()]), strict=True)

    def tell(self, x: Experiment, m: int, variant: int, cells: Sequence[int]) -> Shown:
        """What is shown of a contrast."""
        key = x, m, own(Subject(x, m, row(cells)))
        if key not in self._shown:
            self.ask([(x, cells)])
        return self._shown[key][x.treatments.index(variant)]


known = Known()


def show(subjects: Sequence[Subject]) -> list[tuple[Shown, ...]]:
    """What is known of the matured reading of metrics at one look each, by treatment."""
    return by_likeness(subjects, _kind, _show)


@lru_cache(maxsize=2**14)
def _kind(x: Experiment, m: int) -> Hashable:
    """What metrics have in common that can be shown at once."""
    showing = [tests(x, m).showing(relative=relative) for relative in (False, True)]
    return token((shape(x, m), x.metrics[m].outcome, sizes.testable(x.metrics[m]), *map(likeness, showing)))


def _show(subjects: Sequence[Subject]) -> list[tuple[Shown, ...]]:
    """Of metrics of one kind."""
    metric, totals = subjects[0].metric, read(subjects)["matured"]
    effects = [_effect(subjects, totals, relative=relative) for relative in (False, True)]
    classical = CLASSICAL[metric.outcome]({name: cells.sum(axis=-2) for name, cells in totals.items()})
    numbers = np.concatenate([*effects, np.stack(classical)])[:, :, 0]
    return [tuple(_shown(*one) for one in treatments) for treatments in np.moveaxis(numbers, 0, -1).tolist()]


def _effect(subjects: Sequence[Subject], totals: Totals, *, relative: bool) -> Array:
    """Estimate, lower and upper bound; the interval of a test that needs a size there is none of is not given."""
    asked = [tests(x, m).showing(relative=relative) for x, m, _ in subjects]
    several, metrics = Several(asked, np.stack([rho(x) for x, _, _ in subjects])), [one.metric for one in subjects]
    estimate = several.estimate(totals, relative=relative)
    if not (sizes.testable(metrics[0]) or asked[0].exact):
        return np.stack([estimate, *[np.full_like(estimate, np.nan)] * 2])
    return np.stack([estimate, *several.interval(totals, [m.design.alpha for m in metrics], relative=relative)])


def _shown(*numbers: float) -> Shown:
    estimate, lower, upper, lift, lowest, highest, z, p = map(number, numbers)
    return Shown(estimate, (lower, upper), lift, (lowest, highest), (z, p))


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
