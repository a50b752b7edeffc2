"""Asymptotic confidence sequence of a difference in means, stratified by phase.

The published form on n units and a z statistic (Waudby-Smith et al. 2024, Ann. Stat. 52(6), arXiv:2103.06476), and the
test of a stratified estimate behind the gate below which a normal approximation is not trusted. The formula of an
estimate with its variance, which is the same, is in stats/sequential/msprt.py.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import lambertw

from stats.arrays import Array, as_counts, as_level, as_positive
from stats.sequential.base import register
from stats.sequential.msprt import Msprt


def log_e(n: ArrayLike, z: ArrayLike, rho2: ArrayLike) -> Array:
    """rho2 n z^2 / (2 (n rho2 + 1)) - 0.5 log(n rho2 + 1), against a mean of zero."""
    information = as_counts("n", n) * as_positive("rho2", rho2)
    return np.asarray(0.5 * (np.square(z) * information / (information + 1) - np.log1p(information)))


def half_width(n: ArrayLike, standard_error: ArrayLike, rho2: ArrayLike, alpha: ArrayLike) -> Array:
    """Half-width se sqrt(2 (n rho2 + 1) / (n rho2) log(sqrt(n rho2 + 1) / alpha)) (eq. 9)."""
    information = as_positive("n", n) * as_positive("rho2", rho2)
    evidence = np.log1p(information) - 2 * np.log(as_level("alpha", alpha))
    return np.asarray(standard_error * np.sqrt((information + 1) / information * evidence))


def approximate_rho2(n_opt: ArrayLike, alpha: ArrayLike) -> Array:
    """The rho2 that makes the interval about narrowest at n_opt units."""
    evidence = -2 * np.log(as_level("alpha", alpha))
    return np.asarray((evidence + np.log1p(evidence)) / as_positive("n_opt", n_opt))


def optimal_rho2(n_opt: ArrayLike, alpha: ArrayLike) -> Array:
    """The rho2 that makes the interval narrowest at n_opt units: (-W_{-1}(-alpha^2 / e) - 1) / n_opt."""
    branch = lambertw(-np.square(as_level("alpha", alpha)) / np.e, -1).real
    return np.asarray((-branch - 1) / as_positive("n_opt", n_opt))


@register
class AsymptoticCs(Msprt):
    """The mixture under the name of its interval: the default for amounts."""

    name = "asymptotic_cs"
