"""Yes-or-no totals as tests read them: units by label and outcome, the effect they show, and the design in lifts."""

import numpy as np

from stats.arrays import Array, as_level, as_positive, as_probabilities, as_successes, finite
from stats.sequential.base import Design, Effect, Rho, Totals
from stats.strata import by_phase, phase_shares, weighted


def counts(totals: Totals, rho: Rho) -> tuple[Array, Array]:
    """Units and converters, (..., phases, 2) of control and treatment."""
    n = by_phase("n", totals["n"], rho)
    return n, as_successes("converted", by_phase("converted", totals["converted"], rho), n)


def converters(totals: Totals, rho: Rho) -> tuple[Array, Array]:
    """Treated converters and all converters, (..., phases)."""
    converted = by_phase("converted", totals["converted"], rho)
    return converted[..., 1], converted.sum(axis=-1)


def label_cells(totals: Totals, rho: Rho) -> Array:
    """(..., phases, 4) units: treated converters, control converters, treated others, control others."""
    n, converted = (np.asarray(totals[name], dtype=np.float64) for name in ("n", "converted"))
    if not n.shape[-2:] == converted.shape[-2:] == (np.shape(rho)[-1], 2):
        counts(totals, rho)  # says what is impossible
    cells = np.concatenate([converted[..., ::-1], (n - converted)[..., ::-1]], axis=-1)
    if not (cells.min(initial=0) >= 0 and cells.max(initial=0) < np.inf):
        counts(totals, rho)
    return cells


def effect(totals: Totals, rho: Rho, *, relative: bool) -> Array:
    """(...,) treatment minus control, or the lift, of rates compared within phases; nan where it is unknown."""
    n, converted = counts(totals, rho)
    arms = weighted(n, converted / np.maximum(n, 1), 0.0, phase_shares(n, rho))
    return arms.lift() if relative else arms.difference()[0]


def relative_mde(design: Design) -> float:
    """The lift worth detecting, of a design that a yes-or-no outcome can have."""
    as_level("alpha", design.alpha)
    baseline = None if design.mde.relative and design.baseline is None else declared_baseline(design)
    as_positive("mde", design.mde.size)
    return design.mde.size if design.mde.relative or baseline is None else design.mde.size / baseline


def declared_baseline(design: Design) -> float:
    if design.baseline is None:
        raise ValueError("baseline must be declared, in (0, 1)")
    as_probabilities("baseline", design.baseline)
    return design.baseline


def border(beyond: Effect, borders: tuple[str, ...]) -> float:
    """The size of a border that is zero or of one of the kinds a test can test."""
    kind = "lift" if beyond.relative else "difference"
    if finite("beyond", beyond.size) and kind not in borders:
        raise ValueError(f"beyond must be {' or '.join(('zero', *borders))}, got a {kind} of {beyond.size}")
    return beyond.size
