"""What every kind of outcome tells: the cells it keeps, what a unit adds to them, and the totals it offers a test."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from stats.sequential.base import Totals
from streams.core.cells import Block, Matrix
from streams.core.events import MICRO

BOUNDLESS = 1 << 99  # no sum of few events comes near

Amounts = tuple[int | bool, ...]  # what a unit adds, cell by cell; cells left out at the end get nothing
Object = dict[str, Any]


class Did(NamedTuple):
    """What a unit did in the window of a metric.

    Attributes:
        acted: whether there was any event, reversed or not.
        events: how many stand, by source of the metric.
        sums: what they sum up to in millionths, by source.
        covariates: of the unit's entry in millionths, by covariate of the experiment.
    """

    acted: bool
    events: tuple[int, ...]
    sums: tuple[int, ...]
    covariates: tuple[int, ...]


class Outcome(Protocol):
    """One kind of outcome, made for one metric.

    Attributes:
        name: as the sequential tests know it (stats.sequential.base.OUTCOMES).
        cells: their names; `matured` is one of them.
        at_once: what a unit adds from its first event on, before it has matured.
        enough: a sum in millionths from which on more makes no difference.
    """

    name: str
    cells: tuple[str, ...]
    at_once: Amounts
    enough: int

    def matured(self, did: Did) -> Amounts:
        """What a unit adds more once it has matured."""
        ...

    def totals(self, looks: Matrix, block: Block, arms: Sequence[int]) -> Totals:
        """Of the matured reading, by name: (looks, phases, arms) each; a test takes control and treatment."""
        ...

    def early(self, looks: Matrix, block: Block, arms: Sequence[int]) -> Totals | None:
        """The same of the early reading, if there is one."""
        ...

    def arm(self, cells: Mapping[str, int]) -> Object:
        """What people read of one variant, from its cells over all phases."""
        ...


def take(looks: Matrix, block: Block, arms: Sequence[int], names: Mapping[str, str]) -> dict[str, Matrix]:
    """Cells as totals: `names` maps the name of each total to that of its cell."""
    return {total: block.field(looks, cell)[..., list(arms)] for total, cell in names.items()}


def described(cells: Mapping[str, int], converted: int, total: float) -> Object:
    """Units that matured, units of them with an event that stands, and the mean of a unit."""
    matured = cells["matured"]
    return {
        "matured": matured,
        "conversions": converted,
        "sum": total,
        "mean": total / matured if matured else None,
    }


def plain(micros: int) -> float:
    """An amount in the metric's own unit."""
    return micros / MICRO
