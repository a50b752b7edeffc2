"""Mixture sequential probability ratio test of an asymptotically normal estimate.

The effect under the alternative is drawn from a normal prior with variance tau2, fixed for the epoch; the e-process is
the ratio of the mixture to the null (Robbins 1970; Johari et al. 2022, Oper. Res. 70(3)). Every argument broadcasts.
A variance that is not positive carries no evidence: nan.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import log_ndtr

from stats.arrays import Array, as_level, as_positive, sign


def log_e(estimate: ArrayLike, variance: ArrayLike, tau2: ArrayLike) -> Array:
    """0.5 log(s2 / (s2 + tau2)) + 0.5 d^2 tau2 / (s2 (s2 + tau2)) for an estimate d of variance s2, against d = 0."""
    noise, prior = _known(variance), as_positive("tau2", tau2)
    return 0.5 * (_drift(estimate, noise, prior) ** 2 - np.log1p(prior / noise))


def log_e_one_sided(estimate: ArrayLike, variance: ArrayLike, tau2: ArrayLike, side: int) -> Array:
    """Against "not above zero" (side 1) or "not below" (side -1); the two e-values average to the two-sided one.

    A margin or a futility test shifts the estimate by its border.
    """
    drift = sign("side", side) * _drift(estimate, _known(variance), as_positive("tau2", tau2))
    return np.asarray(log_e(estimate, variance, tau2) + log_ndtr(drift) + np.log(2))


def half_width(variance: ArrayLike, tau2: ArrayLike, alpha: ArrayLike) -> Array:
    """Of the confidence sequence: estimates further than this from a value have log_e >= log(1/alpha) against it."""
    noise, prior = _known(variance), as_positive("tau2", tau2)
    evidence = -2 * np.log(as_level("alpha", alpha)) + np.log1p(prior / noise)
    return np.asarray(np.sqrt(noise * (noise + prior) / prior * evidence))


def _drift(estimate: ArrayLike, noise: Array, prior: Array) -> Array:
    return np.asarray(estimate, dtype=np.float64) * np.sqrt(prior / (noise * (noise + prior)))


def _known(variance: ArrayLike) -> Array:
    array = np.asarray(variance, dtype=np.float64)
    return np.where(array > 0, array, np.nan)
