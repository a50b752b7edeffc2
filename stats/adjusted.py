"""Arms compared at the same mean of a covariate: y - slope (x - mean of x), x known before exposure.

The mean of x is that of both arms of a phase, so that a chance difference between the arms in x is taken out of y and
nothing else is. The difference of the adjusted means does not depend on it. Their ratio does, and so it has a variance
of its own.
"""

import numpy as np

from stats.arrays import Array, as_counts
from stats.moments import moments, residual_moments
from stats.sequential.base import Totals
from stats.strata import Arms, weighted

CELLS = "n", "sum", "squares", "x_sum", "x_squares", "products"


def adjusted(totals: Totals, share: Array, slope: Array, scale: int) -> Arms:
    """The arms with y adjusted by slopes that broadcast to (..., phases, 2); share is that of (..., phases)."""
    mean, variance = residual_moments(*(totals[name] for name in CELLS), slope=slope, scale=scale)
    n, x_sum, x_squares = (np.sum(totals[name], axis=-1, keepdims=True) for name in ("n", "x_sum", "x_squares"))
    common, _ = moments(n, x_sum, x_squares, scale)
    return weighted(totals["n"], mean + slope * common, variance, share)


def adjusted_log_ratio(totals: Totals, share: Array, slope: Array, scale: int) -> tuple[Array, Array]:
    """Logarithm of the ratio of adjusted means, and its variance by the delta method.

    A unit's x moves the common mean too, and with it both arms. With f the share of the treated in the phase, a unit
    counts as y - b x in its own arm, where b = slope own (f / control + (1 - f) / treatment) in adjusted means.
    """
    means = adjusted(totals, share, slope, scale).means
    positive = np.where(means > 0, means, np.nan)[..., None, :]
    n = as_counts("n", totals["n"])
    part = n[..., ::-1] / np.maximum(n.sum(axis=-1, keepdims=True), 1)
    own = slope * positive * (part / positive).sum(axis=-1, keepdims=True)
    return Arms(means, adjusted(totals, share, own, scale).errors).log_ratio()
