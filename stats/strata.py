"""Means of two arms compared within phases only: a ramp while the base rate drifts cannot pass for an effect."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from stats.arrays import Array, Mask, as_counts, as_probabilities

SMALLEST_PHASE = 20  # units in an arm; below it a variance estimate is too rough to weigh with
NONZERO = 50  # in each arm
NONZERO_LOPSIDED = 200  # the smaller arm's skew no longer cancels the larger one's
LOPSIDED = 0.2


class Arms(NamedTuple):
    """Means of control and treatment over the phases, and the squared standard errors of these: (..., 2) each."""

    means: Array
    errors: Array

    def difference(self) -> tuple[Array, Array]:
        """(...,) treatment minus control, and its variance."""
        return np.asarray(self.means[..., 1] - self.means[..., 0]), self.errors.sum(axis=-1)

    def lift(self) -> Array:
        """(...,) treatment over control, less one; nan unless the control's mean is positive."""
        control = self.means[..., 0]
        return np.asarray(self.difference()[0] / np.where(control > 0, control, np.nan))

    def log_ratio(self) -> tuple[Array, Array]:
        """(...,) logarithm of treatment over control and its variance, nan unless both are positive (delta method)."""
        means = np.where(self.means.min(axis=-1, keepdims=True) > 0, self.means, np.nan)
        return np.log(means[..., 1] / means[..., 0]), (self.errors / means**2).sum(axis=-1)


def by_phase(name: str, values: ArrayLike, rho: ArrayLike) -> Array:
    """Counts of control and treatment in the phases of rho."""
    array, phases = as_counts(name, values), np.shape(rho)[-1]
    if array.shape[-2:] != (phases, 2):
        raise ValueError(f"{name} must have shape (..., phases, 2), {phases} phases of rho, got {array.shape}")
    return array


def weighted(n: ArrayLike, mean: ArrayLike, variance: ArrayLike, share: Array) -> Arms:
    """The arms of (..., phases, 2) units, means and variances, each phase with its share, (..., phases)."""
    part = share[..., None]
    errors = np.where(part > 0, variance, 0) / np.maximum(as_counts("n", n), 1)
    return Arms((part * np.where(part > 0, mean, 0)).sum(axis=-2), (part**2 * errors).sum(axis=-2))


def stratified(n: ArrayLike, mean: ArrayLike, variance: ArrayLike, rho: ArrayLike) -> tuple[Array, Array]:
    """Difference of means, treatment minus control.

    Args:
        n: (..., phases, 2) matured units of control and treatment.
        mean: (..., phases, 2) means; anything where an arm is empty.
        variance: (..., phases, 2) variances with n - 1.
        rho: (phases,) probability of treatment among the two arms, at exposure.

    Returns:
        (...,) estimate and its variance; nan where no phase has 20 units in both arms.
    """
    return weighted(n, mean, variance, phase_shares(n, rho, SMALLEST_PHASE)).difference()


def phase_shares(n: ArrayLike, rho: ArrayLike, smallest: int = 1) -> Array:
    """How much each phase counts, proportional to n rho (1 - rho): (..., phases), nan where none counts.

    Args:
        n: (..., phases, 2) matured units of control and treatment.
        rho: (phases,) probability of treatment among the two arms, at exposure.
        smallest: units that both arms of a phase must have to count.
    """
    units, odds = by_phase("n", n, rho), as_probabilities("rho", rho)
    weight = np.where(np.all(units >= smallest, axis=-1), units.sum(axis=-1) * odds * (1 - odds), 0)
    total = weight.sum(axis=-1, keepdims=True)
    return np.asarray(weight / np.where(total > 0, total, np.nan))


def gate(nonzero: ArrayLike, rho: ArrayLike) -> Mask:
    """Whether both arms have nonzero values enough for the normal approximation.

    Args:
        nonzero: (..., phases, 2) matured units of control and treatment with a value other than zero.
        rho: (..., phases) as above; a lopsided phase raises the bar.
    """
    odds = as_probabilities("rho", rho)
    lopsided = np.minimum(odds, 1 - odds).min(axis=-1) < LOPSIDED
    smaller_arm = by_phase("nonzero", nonzero, rho).sum(axis=-2).min(axis=-1)
    return np.asarray(smaller_arm >= np.where(lopsided, NONZERO_LOPSIDED, NONZERO))
