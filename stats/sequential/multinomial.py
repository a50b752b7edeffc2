"""Anytime-valid multinomial test: are units falling into the arms with the declared probabilities?

Bayes factor of a Dirichlet alternative centred on the declared probabilities (Lindon and Malek 2022, NeurIPS,
arXiv:2011.03567). With k the concentration, theta the probabilities, z = k theta + n and Z its sum,

    log B = F(z) - F(k theta),   F(z) = sum lgamma(z_i) - lgamma(Z) - sum z_i log theta_i.

Written through Stirling's formula, with the divergence of the shares from theta on its own, F keeps its digits at any
count: the terms of size n log n that cancel are never formed.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from stats.arrays import Array, Mask, as_counts, as_level, as_positive, as_weights
from stats.logspace import bisect

SMALL = 16.0  # from here on four terms of Stirling's series are exact in double precision
WIDEST = 40.0  # log ratio
TOLERANCE = 1e-10


def log_bayes_factor(counts: ArrayLike, probabilities: ArrayLike, concentration: ArrayLike) -> Array:
    """Log e-process against "each unit falls into arm i with probability theta_i".

    Args:
        counts: (..., arms) units.
        probabilities: (..., arms) theta, sums to 1.
        concentration: (...,) k, strength of the belief that the shares are near theta.

    Raises:
        ValueError: naming the argument and its range.
    """
    return _log_e(as_counts("counts", counts), as_weights("probabilities", probabilities), concentration)


def srm(counts: ArrayLike, weights: ArrayLike, concentration: ArrayLike) -> Array:
    """Log e-process against the declared allocation; phases multiply.

    Args:
        counts: (..., phases, arms) entered units.
        weights: (phases, arms) declared allocation, each phase sums to 1.
        concentration: k of every phase.
    """
    return np.asarray(_log_e(as_counts("counts", counts), as_weights("weights", weights), concentration).sum(axis=-1))


def log_rate_ratio_interval(
    counts: ArrayLike, probabilities: ArrayLike, concentration: ArrayLike, alpha: ArrayLike
) -> tuple[Array, Array]:
    """Confidence sequence of the log ratio of event rates, arm 1 over arm 0, of two arms.

    A log ratio d tilts the allocation to (theta_0, theta_1 e^d) / (theta_0 + theta_1 e^d); the interval holds those the
    Bayes factor does not exclude. (...,) lower and upper; a bound never excluded is +-40.
    """
    n, theta = as_counts("counts", counts), as_weights("probabilities", probabilities)
    evidence = _log_e(n, theta, concentration) + np.log(as_level("alpha", alpha))
    ratio = np.diff(np.log(np.maximum(n, np.finfo(float).tiny)) - np.log(theta))[..., 0]
    best = np.broadcast_to(np.clip(ratio, -WIDEST, WIDEST), evidence.shape)

    def excluded(d: Array) -> Mask:
        log_odds = n.sum(axis=-1) * np.log1p(theta[..., 1] * np.expm1(d)) - n[..., 1] * d
        return np.asarray(evidence + log_odds >= 0)

    lower, upper = (bisect(excluded, np.full(best.shape, edge), best, TOLERANCE) for edge in (-WIDEST, WIDEST))
    return lower, upper


def _log_e(n: Array, theta: Array, concentration: ArrayLike) -> Array:
    prior = as_positive("concentration", concentration)[..., None] * theta
    return np.asarray(_divergence(n, theta, prior) + _correction(prior + n) - _correction(prior))


def _divergence(n: Array, theta: Array, prior: Array) -> Array:
    """Z KL(z / Z, theta): the one large term, as a sum of terms of the size of the deviations."""
    posterior = prior + n
    excess = n - n.sum(axis=-1, keepdims=True) * theta
    relative = excess / (posterior.sum(axis=-1, keepdims=True) * theta)
    return np.asarray((posterior * np.log1p(relative) - excess).sum(axis=-1))


def _correction(z: Array) -> Array:
    """What is left of F beside the divergence and a constant."""
    total = z.sum(axis=-1)
    half_logs = 0.5 * (np.log(total) - np.log(z).sum(axis=-1))
    return np.asarray(_remainder(z).sum(axis=-1) - _remainder(total) + half_logs)


def _remainder(z: Array) -> Array:
    """lgamma(z) - (z - 1/2) log z + z - log(2 pi) / 2."""
    small, large = np.minimum(z, SMALL), np.maximum(z, SMALL)
    direct = gammaln(small) - (small - 0.5) * np.log(small) + small - 0.5 * np.log(2 * np.pi)
    series = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / 1680 / large**2) / large**2) / large**2) / large
    return np.asarray(np.where(z < SMALL, direct, series))
