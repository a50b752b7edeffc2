"""Several variants against one control, all over the last axis."""

import numpy as np
from numpy.typing import ArrayLike

from stats.arrays import Array


def closed(log_e: ArrayLike) -> Array:
    """Closed testing with averages: log E*_j = log min over r of (E_j + the r smallest others) / (1 + r).

    E*_j is the smallest average over the sets of hypotheses that contain j, and an average of e-values of true nulls is
    an e-value whatever their dependence; so E*_j >= 1/alpha keeps the family-wise error (Vovk and Wang 2021, Ann. Stat.
    49(3), algorithm 1).
    """
    logs = np.asarray(log_e, dtype=np.float64)
    order = np.argsort(logs, axis=-1)
    ascending = np.take_along_axis(logs, order, axis=-1)
    adjusted = np.empty_like(logs)
    np.put_along_axis(adjusted, order, _smallest_average(ascending), axis=-1)
    return adjusted


def holm(p: ArrayLike) -> Array:
    """Adjusted p-values of Holm's step-down procedure."""
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, axis=-1)
    remaining = np.arange(values.shape[-1], 0, -1)
    stepped = np.maximum.accumulate(np.take_along_axis(values, order, axis=-1) * remaining, axis=-1)
    adjusted = np.empty_like(values)
    np.put_along_axis(adjusted, order, np.minimum(1, stepped), axis=-1)
    return adjusted


def bonferroni(p: ArrayLike) -> Array:
    values = np.asarray(p, dtype=np.float64)
    return np.asarray(np.minimum(1, values * values.shape[-1]))


def _smallest_average(ascending: Array) -> Array:
    smaller = np.full(ascending.shape, -np.inf)  # log of the sum of the r smallest
    smaller[..., 1:] = np.logaddexp.accumulate(ascending[..., :-1], axis=-1)
    # From its own rank on, r counts E_j among the smaller; that only raises an average that no longer falls anyway.
    sums = np.logaddexp(ascending[..., :, None], smaller[..., None, :])
    return np.asarray((sums - np.log(np.arange(1, ascending.shape[-1] + 1))).min(axis=-1))
