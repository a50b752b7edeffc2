"""Several variants against one control, and many experiments at once; all over the last axis."""

from math import factorial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stats.arrays import Array, Mask, as_level
from stats.logspace import logsumexp
from stats.ranges import as_values_in

LARGEST_LOG = 700.0  # what evidence beyond this would prove is proved by it too
NEAR_ONE = 1.0  # log evidence below which the lifted value is a series; above it the difference loses no digits
LIFT_SERIES = [1 / factorial(k + 2) for k in range(18)]
SMALLEST_P = np.finfo(np.float64).tiny  # a p-value that has underflowed is worth what this one is
FIRST_SHARE = 0.1  # of alpha, spent before anything is discovered


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


def omnibus(log_e: ArrayLike) -> Array:
    """Log of the average e-value: evidence that some variant differs from the control, whatever their dependence."""
    logs = np.asarray(log_e, dtype=np.float64)
    return np.asarray(logsumexp(logs) - np.log(logs.shape[-1]))


def holm(p: ArrayLike) -> Array:
    """Adjusted p-values of Holm's step-down procedure."""
    values = as_values_in("p", p, 0, 1)
    order = np.argsort(values, axis=-1)
    remaining = np.arange(values.shape[-1], 0, -1)
    stepped = np.maximum.accumulate(np.take_along_axis(values, order, axis=-1) * remaining, axis=-1)
    adjusted = np.empty_like(values)
    np.put_along_axis(adjusted, order, np.minimum(1, stepped), axis=-1)
    return adjusted


def bonferroni(p: ArrayLike) -> Array:
    values = as_values_in("p", p, 0, 1)
    return np.asarray(np.minimum(1, values * values.shape[-1]))


def log_lifted(max_log_e: ArrayLike) -> Array:
    """Log of A(m) = (m - 1 - log m) / (log m)^2, an e-value made of the largest value m of an e-process.

    The maximum itself is no e-value, nor is the current value at a time that other experiments helped to choose. A(m)
    is one at any time: 1/2 where nothing was ever earned, otherwise m over about its squared logarithm (Shafer, Shen,
    Vereshchagin and Vovk 2011, Stat. Sci. 26(1)).
    """
    earned = np.maximum(0, as_values_in("max_log_e", max_log_e, -np.inf, np.inf))
    small, large = np.minimum(earned, NEAR_ONE), np.maximum(earned, NEAR_ONE)
    direct = large + np.log1p(-(1 + large) * np.exp(-large)) - 2 * np.log(large)
    series = np.log(np.polynomial.polynomial.polyval(small, LIFT_SERIES))
    return np.where(earned < NEAR_ONE, series, direct)


def p_to_e(p: ArrayLike) -> Array:
    """(1 - p + p log p) / (p log(p)^2): the e-value that a p-value is worth, 1/2 at p = 1."""
    return np.exp(log_lifted(-np.log(np.maximum(as_values_in("p", p, 0, 1), SMALLEST_P))))


def e_bh(e_values: ArrayLike, alpha: float) -> Mask:
    """Which of m hypotheses to reject so that the false discovery rate is at most alpha, whatever their dependence.

    The k largest are rejected, k the last rank whose e-value is at least m / (k alpha) (Wang and Ramdas 2022, JRSSB
    84(3)).
    """
    values = as_values_in("e_values", e_values, 0, np.inf)
    descending = -np.sort(-values, axis=-1)
    ranks = np.arange(1, values.shape[-1] + 1)
    kept = descending >= values.shape[-1] / (ranks * as_level("alpha", alpha))
    lowest = np.where(kept, descending, np.inf).min(axis=-1, keepdims=True, initial=np.inf)
    return np.asarray((values >= lowest) & kept.any(axis=-1, keepdims=True))


def discoveries(max_log_e: ArrayLike, alpha: float) -> Mask:
    """e-BH across experiments, each with the largest log evidence of its primary metric; may be asked at any time."""
    return e_bh(np.exp(np.minimum(log_lifted(max_log_e), LARGEST_LOG)), alpha)


def lord_plus_plus(p_values: ArrayLike, alpha: float, decided: ArrayLike | None = None) -> Array:
    """Level of each of (n,) experiments in the order they began; those with p <= level are discoveries.

    LORD++ (Ramdas, Yang, Wainwright and Jordan 2017, NeurIPS), asynchronous as in Zrnic, Ramdas and Jordan 2021 (JMLR
    22): wealth is earned when a discovery is known, not when its experiment began.

    Args:
        p_values: (n,) p-values; one that is not known yet is 1.
        alpha: false discovery rate.
        decided: (n,) how many experiments had begun when each was decided, at least its own rank; its rank if None.
    """
    p = as_values_in("p_values", p_values, 0, 1)
    ranks = np.arange(1, p.size + 1)
    known = ranks if decided is None else np.asarray(decided, dtype=np.int64)
    as_values_in("decided - rank", known - ranks, 0, np.inf)
    return _levels(p, float(as_level("alpha", alpha)), known)


def _levels(p: Array, alpha: float, known: NDArray[np.int64]) -> Array:
    gamma, levels, first = _spending(p.size), np.zeros(p.size), FIRST_SHARE * alpha
    for t in range(p.size):
        earlier = np.sort(known[:t][(p <= levels)[:t] & (known[:t] <= t)])
        levels[t] = first * gamma[t] + alpha * gamma[t - earlier].sum() - first * gamma[t - earlier[:1]].sum()
    return levels


def _spending(n: int) -> Array:
    """How a unit of wealth is spread over the next n tests: 0.07720838 log(max(j, 2)) / (j exp(sqrt(log j)))."""
    j = np.arange(1, n + 1)
    return np.asarray(0.07720838 * np.log(np.maximum(j, 2)) / (j * np.exp(np.sqrt(np.log(j)))))


def _smallest_average(ascending: Array) -> Array:
    smaller = np.full(ascending.shape, -np.inf)  # log of the sum of the r smallest
    smaller[..., 1:] = np.logaddexp.accumulate(ascending[..., :-1], axis=-1)
    # From its own rank on, r counts E_j among the smaller; that only raises an average that no longer falls anyway.
    sums = np.logaddexp(ascending[..., :, None], smaller[..., None, :])
    return np.asarray((sums - np.log(np.arange(1, ascending.shape[-1] + 1))).min(axis=-1))
