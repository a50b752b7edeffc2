"""Evidence of counts for a Dirichlet law around declared probabilities, without loss of digits at any count.

With k the concentration, theta the probabilities, z = k theta + n and Z its sum, the log Bayes factor is

    log B = F(z) - F(k theta),   F(z) = sum lgamma(z_i) - lgamma(Z) - sum z_i log theta_i.

Written through Stirling's formula, with the divergence of the shares from theta on its own, F keeps its digits: the
terms of size n log n that cancel are never formed.
"""

import numpy as np
from scipy.special import gammaln

from stats.arrays import Array

SMALL = 16.0  # from here on four terms of Stirling's series are exact in double precision


def log_evidence(n: Array, theta: Array, concentration: Array) -> Array:
    """B as a logarithm: of (..., arms) counts and probabilities, for (...,) concentrations."""
    prior = concentration[..., None] * theta
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
