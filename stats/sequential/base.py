"""The one interface of all sequential tests of a treatment against a control, and the registry that finds them.

A test is told a design before the first unit. From then on its evidence is a function of integer totals alone: the
order of units, batches and partitions can't matter, and whoever holds the totals can recompute it. All the state a test
needs between looks is the highest evidence it has reached (`stats.evidence.running`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import ClassVar, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

import stats.sequential
from stats.arrays import Array

# By the name of the cell: (..., phases, 2) integers of control and treatment, of any size in object arrays.
Totals = Mapping[str, NDArray[np.object_]]
Rho = Sequence[float]  # (phases,) probability of treatment among the two arms, at exposure
Interval = tuple[Array, Array]

OUTCOMES = ("yes_no", "amount", "adjusted_amount", "ratio")


@dataclass(frozen=True, slots=True)
class Effect:
    """A difference, treatment minus control, in the metric's unit; if relative, a lift over the control."""

    size: float
    relative: bool = False


NO_EFFECT = Effect(0.0)


@dataclass(frozen=True, slots=True)
class Horizon:
    """Of a test with a planned end: the conversions expected by then, and how its error is spent until then."""

    conversions: float
    spending: str = "obrien_fleming"
    parameter: float | None = None


@dataclass(frozen=True, slots=True)
class Design:
    """What is fixed before the first unit. A wrong guess costs power, never validity.

    Args:
        mde: the effect worth detecting, > 0.
        baseline: expected mean of a control unit, in the metric's unit, or None.
        cap: largest amount of one unit, in the metric's unit; None for a yes or no.
        alpha: level of the two-sided test.
        scale: integers in one unit of the metric (10**6 for amounts summed in millionths).
        units: expected by the end, over both arms, or None.
        theta: slope of the outcome on the covariate, known from earlier data, or None.
        horizon: of a planned test, or None.
    """

    mde: Effect
    baseline: float | None = None
    cap: float | None = None
    alpha: float = 0.05
    scale: int = 1
    units: float | None = None
    theta: float | None = None
    horizon: Horizon | None = None


class SequentialTest(Protocol):
    """A test of one treatment against the control.

    Attributes:
        name: as definitions choose it; unique for each outcome.
        outcomes: the kinds of outcome it takes, of OUTCOMES.
        cells: the totals it reads.
        null: what it rejects, in words.
        exact: whether its error guarantee holds at every sample size, not only in the limit.
        two_sided: whether "no difference" is tested on both sides; otherwise only for an improvement.
        borders: the kinds of border other than zero it can test: "difference", "lift", both or none.
        design: what it was told, of a test that takes arrays for the numbers in it: `stats.several` asks many at once.
    """

    name: ClassVar[str]
    outcomes: ClassVar[tuple[str, ...]]
    cells: ClassVar[tuple[str, ...]]
    null: ClassVar[str]
    exact: ClassVar[bool]
    two_sided: ClassVar[bool]
    borders: ClassVar[tuple[str, ...]]
    design: Design | None = None

    def __init__(self, design: Design) -> None:
        """Raise ValueError, naming the parameter and its range, for a design that can't be tested."""

    def log_e(self, totals: Totals, rho: Rho, side: int, beyond: Effect = NO_EFFECT) -> Array:
        """(...,) log evidence that the effect is above (side 1) or below (-1) a border; 0 while undecided."""
        ...

    def estimate(self, totals: Totals, rho: Rho, *, relative: bool = False) -> Array:
        """(...,) the effect, nan where there is none yet."""
        ...

    def interval(self, totals: Totals, rho: Rho, alpha: float, *, relative: bool = False) -> Interval:
        """(...,) always-valid lower and upper bound of the effect, nan where there is none yet."""
        ...


Test = TypeVar("Test", bound=type[SequentialTest])

_REGISTERED: dict[tuple[str, str], type[SequentialTest]] = {}


def register(test: Test) -> Test:
    """Make a test known by its name for each of its outcomes; it is a class decorator."""
    for outcome in test.outcomes:
        if outcome not in OUTCOMES or (outcome, test.name) in _REGISTERED:
            raise ValueError(f"{test.name} must be the only test of that name for an outcome of {OUTCOMES}")
        _REGISTERED[outcome, test.name] = test
    return test


@cache
def registry() -> Mapping[tuple[str, str], type[SequentialTest]]:
    """Every test of this package by (outcome, name): a module that stands in the folder is found."""
    for module in sorted(found.name for found in iter_modules(stats.sequential.__path__)):
        import_module(f"stats.sequential.{module}")
    return _REGISTERED
