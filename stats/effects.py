"""Effects in the unit a test takes them in: a relative one is a share of the declared baseline."""

import numpy as np

from stats.arrays import as_positive, finite
from stats.sequential.base import Design, Effect


def in_units(name: str, effect: Effect, design: Design) -> float:
    """An effect as a difference in the metric's unit."""
    size = finite(name, effect.size)
    return size * _baseline(name, design) if effect.relative else size


def mde_in_units(design: Design) -> float:
    """The effect worth detecting, as a difference."""
    as_positive("mde", design.mde.size)
    return in_units("mde", design.mde, design)


def mde_as_lift(design: Design) -> float:
    """The effect worth detecting, as a share of the control; nan where only a baseline could tell."""
    if design.mde.relative:
        return design.mde.size
    return np.nan if design.baseline is None else design.mde.size / _baseline("mde", design)


def _baseline(name: str, design: Design) -> float:
    if design.baseline is None:
        raise ValueError(f"baseline must be in (0, inf) where the {name} is relative, got None")
    as_positive("baseline", design.baseline)
    return design.baseline
