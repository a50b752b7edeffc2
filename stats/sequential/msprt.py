"""Mixture sequential probability ratio test of an asymptotically normal estimate.

The effect under the alternative is drawn from a normal prior with variance tau2, fixed for the epoch; the e-process is
the ratio of the mixture to the null (Robbins 1970; Johari et al. 2022, Oper. Res. 70(3)). Every argument broadcasts.
A variance that is not positive carries no evidence: nan.
"""

from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import log_ndtr

from stats.arrays import Array, as_level, as_positive, sign
from stats.effects import in_units, mde_as_lift, mde_in_units
from stats.moments import moments
from stats.sequential.base import NO_EFFECT, Design, Effect, Interval, Rho, SequentialTest, Totals, register
from stats.strata import SMALLEST_PHASE, Arms, gate, phase_shares, weighted


def log_e(estimate: ArrayLike, variance: ArrayLike, tau2: ArrayLike) -> Array:
    """0.5 log(s2 / (s2 + tau2)) + 0.5 d^2 tau2 / (s2 (s2 + tau2)) for an estimate d of variance s2, against d = 0."""
    noise, prior = _known(variance), as_positive("tau2", tau2)
    return 0.5 * (_drift(estimate, noise, prior) ** 2 - np.log1p(prior / noise))


def log_e_one_sided(estimate: ArrayLike, variance: ArrayLike, tau2: ArrayLike, side: int) -> Array:
    """Against "not above zero" (side 1) or "not below" (side -1); the two e-values average to the two-sided one.

    A margin or a futility test shifts the estimate by its border.
    """
    drift = sign("side", side) * _drift(estimate, _known(variance), as_positive("tau2", tau2))
    return np.asarray(log_e(estimate, variance, tau2) + log_ndtr(drift) + np.log(2))


def half_width(variance: ArrayLike, tau2: ArrayLike, alpha: ArrayLike) -> Array:
    """Of the confidence sequence: estimates further than this from a value have log_e >= log(1/alpha) against it."""
    noise, prior = _known(variance), as_positive("tau2", tau2)
    evidence = -2 * np.log(as_level("alpha", alpha)) + np.log1p(prior / noise)
    return np.asarray(np.sqrt(noise * (noise + prior) / prior * evidence))


def _drift(estimate: ArrayLike, noise: Array, prior: Array) -> Array:
    return np.asarray(estimate, dtype=np.float64) * np.sqrt(prior / (noise * (noise + prior)))


def _known(variance: ArrayLike) -> Array:
    array = np.asarray(variance, dtype=np.float64)
    return np.where(array > 0, array, np.nan)


@register
class Msprt(SequentialTest):
    """The mixture over a normal prior with the effect worth detecting as its deviation, of a stratified difference."""

    name = "msprt"
    outcomes: ClassVar[tuple[str, ...]] = ("yes_no", "amount")
    cells: ClassVar[tuple[str, ...]] = ("n", "nonzero", "sum", "squares")
    null = "the means of treatment and control are equal"
    exact = False
    two_sided = True
    borders = ("difference", "lift")
    design: Design

    def __init__(self, design: Design) -> None:
        as_level("alpha", design.alpha)
        as_positive("scale", design.scale)
        self.design, self._tau2, self._tau2_of_lift = design, mde_in_units(design) ** 2, mde_as_lift(design) ** 2

    def log_e(self, totals: Totals, rho: Rho, side: int, beyond: Effect = NO_EFFECT) -> Array:
        estimate, variance = self._arms(totals, rho).difference()
        distance = estimate - in_units("border", beyond, self.design)
        log_e = log_e_one_sided(distance, behind_gate(variance, totals, rho), self._tau2, side)
        return np.where(np.isnan(log_e), 0.0, log_e)

    def estimate(self, totals: Totals, rho: Rho, *, relative: bool = False) -> Array:
        arms = self._arms(totals, rho)
        return arms.lift() if relative else arms.difference()[0]

    def interval(self, totals: Totals, rho: Rho, alpha: float, *, relative: bool = False) -> Interval:
        if not relative:
            estimate, variance = self._arms(totals, rho).difference()
            return around(estimate, behind_gate(variance, totals, rho), self._tau2, alpha)
        ratio, variance = self._log_ratio(totals, rho)
        return as_lifts(around(ratio, behind_gate(variance, totals, rho), self._tau2_of_lift, alpha))

    def _arms(self, totals: Totals, rho: Rho) -> Arms:
        mean, variance = moments(totals["n"], totals["sum"], totals["squares"], self.design.scale)
        return weighted(totals["n"], mean, variance, phase_shares(totals["n"], rho, SMALLEST_PHASE))

    def _log_ratio(self, totals: Totals, rho: Rho) -> tuple[Array, Array]:
        return self._arms(totals, rho).log_ratio()


def behind_gate(variance: Array, totals: Totals, rho: Rho) -> Array:
    """The variance, nan where the normal approximation is not trusted."""
    return np.where(gate(totals["nonzero"], rho), variance, np.nan)


def around(estimate: Array, variance: Array, tau2: float, alpha: float) -> Interval:
    """The confidence sequence around an estimate; nan without a variance or a prior."""
    known = np.isfinite(tau2)
    half = half_width(np.where(known, variance, np.nan), np.where(known, tau2, 1.0), alpha)
    return np.asarray(estimate - half), np.asarray(estimate + half)


def as_lifts(log_ratios: Interval) -> Interval:
    """Bounds of a lift from those of the logarithm of a ratio; infinite beyond all floats."""
    with np.errstate(over="ignore"):
        lower, upper = (np.expm1(bound) for bound in log_ratios)
    return lower, upper
