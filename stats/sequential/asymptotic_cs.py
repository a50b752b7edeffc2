"""Asymptotic confidence sequence of a difference in means, stratified by phase.

The published form on n units and a z statistic (Waudby-Smith et al. 2024, Ann. Stat. 52(6), arXiv:2103.06476), the
stratified estimate it is used on, and the gate below which the normal approximation is not trusted. Evidence and
half-width of an estimate with its variance are in stats/sequential/msprt.py.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import lambertw

from stats.arrays import Array, Mask, as_counts, as_level, as_positive, as_probabilities

SMALLEST_PHASE = 20  # units in an arm; below it a variance estimate is too rough to weigh with
NONZERO = 50  # in each arm
NONZERO_LOPSIDED = 200  # the smaller arm's skew no longer cancels the larger one's
LOPSIDED = 0.2


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


def stratified(n: ArrayLike, mean: ArrayLike, variance: ArrayLike, rho: ArrayLike) -> tuple[Array, Array]:
    """Difference of means, treatment minus control, compared within phases only, so that a ramp cannot confound it.

    Args:
        n: (..., phases, 2) matured units of control and treatment.
        mean: (..., phases, 2) means; anything where an arm is empty.
        variance: (..., phases, 2) variances with n - 1.
        rho: (phases,) probability of treatment among the two arms, at exposure.

    Returns:
        (...,) estimate and its variance; nan where no phase has 20 units in both arms.
    """
    units, share = as_counts("n", n), phase_shares(n, rho, SMALLEST_PHASE)
    kept = (share > 0)[..., None]
    errors = np.where(kept, variance, 0) / np.maximum(units, 1)
    means = np.where(kept, mean, 0)
    return (share * (means[..., 1] - means[..., 0])).sum(axis=-1), (share**2 * errors.sum(axis=-1)).sum(axis=-1)


def phase_shares(n: ArrayLike, rho: ArrayLike, smallest: int = 1) -> Array:
    """How much each phase counts, proportional to n rho (1 - rho): (..., phases), nan where none counts.

    Args:
        n: (..., phases, 2) matured units of control and treatment.
        rho: (phases,) probability of treatment among the two arms, at exposure.
        smallest: units that both arms of a phase must have to count.
    """
    units, odds = as_counts("n", n), as_probabilities("rho", rho)
    weight = np.where(np.all(units >= smallest, axis=-1), units.sum(axis=-1) * odds * (1 - odds), 0)
    total = weight.sum(axis=-1, keepdims=True)
    return np.asarray(weight / np.where(total > 0, total, np.nan))


def gate(nonzero: ArrayLike, rho: ArrayLike) -> Mask:
    """Whether both arms have nonzero values enough for the normal approximation.

    Args:
        nonzero: (..., phases, 2) matured units of control and treatment with a value other than zero.
        rho: (phases,) as above; a lopsided phase raises the bar.
    """
    odds = as_probabilities("rho", rho)
    lopsided = np.min(np.minimum(odds, 1 - odds)) < LOPSIDED
    smaller_arm = as_counts("nonzero", nonzero).sum(axis=-2).min(axis=-1)
    return np.asarray(smaller_arm >= (NONZERO_LOPSIDED if lopsided else NONZERO))
