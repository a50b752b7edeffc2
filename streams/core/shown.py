"""What is shown of a contrast beside its evidence; cells to floats, and floats to plain numbers."""

import math
from typing import Any, NamedTuple

import numpy as np

from streams.core.cells import Matrix

Pair = tuple[float | None, float | None]
NONE: Pair = (None, None)


class Shown(NamedTuple):
    """Current estimate and always-valid interval, absolute and relative, and the classical (z, p) beside them."""

    estimate: float | None
    interval: Pair
    relative: float | None
    relative_interval: Pair
    fixed_sample: Pair


def floats(cells: Matrix) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Counts as floats: exact up to 2**53."""
    return cells.astype(np.float64)


def number(value: Any) -> float | None:
    """A plain number, or None when there is none."""
    return float(value) if value is not None and math.isfinite(value) else None


def pair(values: tuple[Any, Any]) -> Pair:
    """A pair of plain numbers."""
    return number(values[0]), number(values[1])
