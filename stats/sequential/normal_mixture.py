"""Normal mixture: evidence and boundary for a sum that is sub-Gaussian in its variance process.

The likelihood ratio exp(lambda s - lambda^2 v / 2) is averaged over lambda from a normal prior with precision rho, or
from its positive half (Howard, Ramdas, McAuliffe and Sekhon 2021, Ann. Stat. 49(2)). s is the sum
of deviations from the null mean, v its accumulated variance ("intrinsic time"). Every argument broadcasts.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import log_ndtr

from stats.arrays import Array, Mask, as_level, as_positive
from stats.logspace import bisect
from stats.ranges import as_values_in
from stats.sequential.base import register
from stats.sequential.converters import ConverterTest

TOLERANCE = 1e-14  # of the one-sided bound, as a share of the two-sided one


def optimal_rho(v_opt: ArrayLike, alpha_opt: ArrayLike, *, one_sided: bool) -> Array:
    """The precision that makes the boundary about lowest at variance v_opt; one side pays for two at 2 alpha."""
    sides = 2 if one_sided else 1
    evidence = -2 * np.log(sides * as_level("alpha_opt", alpha_opt))
    return np.asarray(as_positive("v_opt", v_opt) / (evidence + np.log1p(evidence)))


def log_mixture(s: ArrayLike, v: ArrayLike, rho: ArrayLike, *, one_sided: bool) -> Array:
    """0.5 log(rho / (v + rho)) + s^2 / (2 (v + rho)), one-sided plus log(2 Phi(s / sqrt(v + rho)))."""
    time, precision = _time(v), as_positive("rho", rho)
    z = np.asarray(s, dtype=np.float64) / np.sqrt(time + precision)
    log_e = 0.5 * (z**2 - np.log1p(time / precision))
    return np.asarray(log_e + log_ndtr(z) + np.log(2) if one_sided else log_e)


def bound(v: ArrayLike, alpha: ArrayLike, rho: ArrayLike, *, one_sided: bool = False) -> Array:
    """The s from which on log_mixture reaches log(1/alpha): crossed once in time with probability at most alpha."""
    time, level, precision = _time(v), as_level("alpha", alpha), as_positive("rho", rho)
    widest = np.sqrt((time + precision) * (np.log1p(time / precision) - 2 * np.log(level)))
    if not one_sided:
        return np.asarray(widest)

    def reached(share: Array) -> Mask:
        return np.asarray(log_mixture(share * widest, time, precision, one_sided=True) >= -np.log(level))

    # For s > 0 the half prior is worth more than the whole one, so its boundary lies inside.
    return np.asarray(widest * bisect(reached, np.ones_like(widest), np.zeros_like(widest), TOLERANCE))


def _time(v: ArrayLike) -> Array:
    return as_values_in("v", v, 0, np.finfo(np.float64).max)


@register
class NormalMixtureTest(ConverterTest):
    """Labels of converters, each within a range of 1: their variance process is a quarter of their number.

    The lambda a lift calls for is about the log odds it gives a label, so the prior's standard deviation is the MDE.
    """

    name = "normal_mixture"

    def against(self, treated: Array, converted: Array, chance: Array, side: int) -> Array:
        excess = (treated - converted * chance).sum(axis=-1)
        return log_mixture(side * excess, converted.sum(axis=-1) / 4, self.mde**-2, one_sided=True)
