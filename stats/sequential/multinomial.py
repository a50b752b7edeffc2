"""Anytime-valid multinomial test: are units falling into the arms with the declared probabilities?

Bayes factor of a Dirichlet alternative centred on the declared probabilities (Lindon and Malek 2022, NeurIPS,
arXiv:2011.03567), which is the product of its one-step predictions. It guards the allocation of units; on the labels of
converters the same evidence, cut in halves at the border, is a test of the lift.
"""

import numpy as np
from numpy.typing import ArrayLike

from stats.arrays import Array, Mask, as_counts, as_level, as_positive, as_weights
from stats.beta_sides import log_evidence_above
from stats.dirichlet import log_evidence
from stats.logspace import bisect
from stats.sequential.base import register
from stats.sequential.converters import ConverterTest

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
    return log_evidence(
        as_counts("counts", counts),
        as_weights("probabilities", probabilities),
        as_positive("concentration", concentration),
    )


def srm(counts: ArrayLike, weights: ArrayLike, concentration: ArrayLike) -> Array:
    """Log e-process against the declared allocation; phases multiply.

    Args:
        counts: (..., phases, arms) entered units.
        weights: (phases, arms) declared allocation, each phase sums to 1.
        concentration: k of every phase.
    """
    size = as_positive("concentration", concentration)
    return np.asarray(log_evidence(as_counts("counts", counts), as_weights("weights", weights), size).sum(axis=-1))


def log_rate_ratio_interval(
    counts: ArrayLike, probabilities: ArrayLike, concentration: ArrayLike, alpha: ArrayLike
) -> tuple[Array, Array]:
    """Confidence sequence of the log ratio of event rates, arm 1 over arm 0, of two arms.

    A log ratio d tilts the allocation to (theta_0, theta_1 e^d) / (theta_0 + theta_1 e^d); the interval holds those the
    Bayes factor does not exclude. (...,) lower and upper; a bound never excluded is +-40.
    """
    n, theta = as_counts("counts", counts), as_weights("probabilities", probabilities)
    evidence = log_bayes_factor(n, theta, concentration) + np.log(as_level("alpha", alpha))
    ratio = np.diff(np.log(np.maximum(n, np.finfo(float).tiny)) - np.log(theta))[..., 0]
    best = np.broadcast_to(np.clip(ratio, -WIDEST, WIDEST), evidence.shape)

    def excluded(d: Array) -> Mask:
        log_odds = n.sum(axis=-1) * np.log1p(theta[..., 1] * np.expm1(d)) - n[..., 1] * d
        return np.asarray(evidence + log_odds >= 0)

    lower, upper = (bisect(excluded, np.full(best.shape, edge), best, TOLERANCE) for edge in (-WIDEST, WIDEST))
    return lower, upper


@register
class MultinomialTest(ConverterTest):
    """Labels of converters against a beta law above or below the border; phases multiply.

    Its concentration 1 / (m (1 - m) mde^2) makes the MDE one standard deviation of the log odds of a label.
    """

    name = "multinomial"

    def against(self, treated: Array, converted: Array, chance: Array, side: int) -> Array:
        control, size = converted - treated, 1 / (chance * (1 - chance) * self.mde**2)
        if side == 1:
            return np.asarray(log_evidence_above(treated, control, chance, size).sum(axis=-1))
        return np.asarray(log_evidence_above(control, treated, 1 - chance, size).sum(axis=-1))
