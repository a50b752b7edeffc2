"""The classical comparison at one planned look: the units it needs, its power, and the effect it can find.

Everything else is measured against it. The normal approximation of the z tests in stats/fixed_sample.py, for units of
both arms together; rho is the share of treatment among them.
"""

from math import sqrt
from typing import NamedTuple

from scipy.special import ndtr, ndtri

from stats.arrays import as_counts, as_level, as_positive, as_probabilities


class Noise(NamedTuple):
    """Variance of the difference, times the units of both arms: as the test takes it under the null, and as it is."""

    null: float
    truth: float


def noise_of_rates(control: float, treated: float, rho: float) -> Noise:
    """Of the pooled two-proportion z test; rates and rho in (0, 1)."""
    for name, value in (("control", control), ("treated", treated), ("rho", rho)):
        as_probabilities(name, value)
    pooled = rho * treated + (1 - rho) * control
    truth = treated * (1 - treated) / rho + control * (1 - control) / (1 - rho)
    return Noise(pooled * (1 - pooled) / (rho * (1 - rho)), truth)


def noise_of_means(sd: float, rho: float) -> Noise:
    """Of the z test of two means with standard deviation sd > 0 in either arm."""
    as_positive("sd", sd)
    as_probabilities("rho", rho)
    variance = sd**2 / (rho * (1 - rho))
    return Noise(variance, variance)


def units(effect: float, noise: Noise, alpha: float, beta: float) -> float:
    """Units of both arms with which a two-sided test at alpha misses the effect with probability beta; not rounded."""
    as_positive("abs(effect)", abs(effect))
    quantiles = _critical(alpha) * sqrt(noise.null) - ndtri(probability("beta", beta)) * sqrt(noise.truth)
    return float((quantiles / effect) ** 2)


def power(effect: float, noise: Noise, alpha: float, n: float) -> float:
    """Probability of declaring the effect in its direction with n units of both arms."""
    as_counts("n", n)
    distance = abs(effect) * sqrt(n) - _critical(alpha) * sqrt(noise.null)
    return float(ndtr(distance / sqrt(noise.truth)))


def probability(name: str, value: float) -> float:
    return float(as_probabilities(name, value))


def _critical(alpha: float) -> float:
    return -float(ndtri(as_level("alpha", alpha) / 2))
