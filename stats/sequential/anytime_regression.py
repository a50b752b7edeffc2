"""Regression coefficients that may be looked at all the time: t and F statistics as e-processes.

The coefficients tested have a normal prior of precision g in units of the noise, the others a flat one; the Bayes
factor depends on the data through the classical statistic alone (Lindon, Ham, Tingley and Bojinov 2022,
arXiv:2210.08589). r = g / (g + n) is the share of the prior in what is known. Every argument broadcasts.

The registered test takes for n the information on the treatment's coefficient, not the units, so that its prior stays
the same when a ramp changes how much a unit tells. A balanced experiment gives a quarter of its units.
"""

import numpy as np
from numpy.typing import ArrayLike

from stats.adjusted import adjusted, adjusted_log_ratio
from stats.arrays import Array, Mask, as_counts, as_level, as_positive, sign
from stats.effects import in_units, mde_as_lift, mde_in_units
from stats.logspace import bisect
from stats.ranges import as_values_in
from stats.regression import Fit, fit
from stats.sequential.base import NO_EFFECT, Design, Effect, Interval, Rho, SequentialTest, Totals, register
from stats.sequential.msprt import around, as_lifts, behind_gate
from stats.strata import by_phase
from stats.student import log_cdf

SMALLEST_LOG_SHARE = -100.0  # of the prior, below any that is best
TOLERANCE = 1e-12
USUAL_UNITS = 10_000  # where a design expects no number
COEFFICIENTS = 3  # intercept, treatment, covariate
BALANCED = 0.25  # information of a unit on the treatment's coefficient at equal arms, the most there is


def log_e_t(t: ArrayLike, nu: ArrayLike, n: ArrayLike, g: ArrayLike) -> Array:
    """0.5 log r + 0.5 (nu + 1) (log1p(t^2 / nu) - log1p(r t^2 / nu)), against a coefficient of zero.

    Args:
        t: (...,) t statistics.
        nu: (...,) residual degrees of freedom.
        n: (...,) units.
        g: (...,) precision of the prior, fixed before the first unit.
    """
    return log_e_f(np.square(t), 1, nu, n, g)


def log_e_f(f: ArrayLike, d: ArrayLike, nu: ArrayLike, n: ArrayLike, g: ArrayLike) -> Array:
    """0.5 d log r + 0.5 (nu + d) (log1p(d f / nu) - log1p(r d f / nu)), against d coefficients of zero."""
    statistic = as_values_in("f", f, 0, np.finfo(np.float64).max)
    tested, freedom, share = as_positive("d", d), as_positive("nu", nu), _prior_share(n, g)
    explained = tested * statistic / freedom
    growth = np.log1p(explained) - np.log1p(share * explained)
    return np.asarray(0.5 * (tested * np.log(share) + (freedom + tested) * growth))


def log_e_one_sided(t: ArrayLike, nu: ArrayLike, n: ArrayLike, g: ArrayLike, side: int) -> Array:
    """Against "not above zero" (side 1) or "not below" (side -1); the two e-values average to that of log_e_t.

    Half of the prior, doubled: twice the posterior probability of that side. Under the mixture the coefficient over its
    standard error has Student's distribution with nu + 1 degrees of freedom around (1 - r) t, of squared scale
    (1 - r) (nu + r t^2) / (nu + 1).
    """
    freedom, share = as_positive("nu", nu), _prior_share(n, g)
    spread = (freedom + share * np.square(t)) / (freedom + 1)
    deviation = sign("side", side) * np.asarray(t, dtype=np.float64) * np.sqrt((1 - share) / spread)
    return np.asarray(log_e_t(t, nu, n, g) + log_cdf(deviation, freedom + 1) + np.log(2))


def half_width(standard_error: ArrayLike, nu: ArrayLike, n: ArrayLike, g: ArrayLike, alpha: ArrayLike) -> Array:
    """Half-width se sqrt(nu (1 - w) / (w - r)), w = (r alpha^2)^(1 / (nu + 1)); infinite while w <= r.

    Coefficients further than this from the estimate have log_e_t >= log(1/alpha) against them.
    """
    freedom, share = as_positive("nu", nu), _prior_share(n, g)
    log_w = _log_w(freedom, np.log(share), as_level("alpha", alpha))
    known = np.exp(log_w) - share
    radius = np.sqrt(freedom * -np.expm1(log_w) / np.where(known > 0, known, np.nan))
    return np.asarray(standard_error * np.where(known > 0, radius, np.inf))


def optimal_g(n: ArrayLike, coefficients: ArrayLike, alpha: ArrayLike) -> Array:
    """The g that makes half_width least at n units and this number of coefficients, the intercept included.

    The derivative of (1 - w) / (w - r) in r vanishes where r (nu + 1) (1 - w) = w (1 - r).
    """
    units, level = as_positive("n", n), as_level("alpha", alpha)
    freedom = as_positive("n - coefficients", units - as_positive("coefficients", coefficients))

    def too_much_prior(log_share: Array) -> Mask:
        log_w = _log_w(freedom, log_share, level)
        share = np.exp(log_share)
        return np.asarray(share * (freedom + 1) * -np.expm1(log_w) >= np.exp(log_w) * (1 - share))

    ends = np.zeros(np.broadcast_shapes(freedom.shape, level.shape))
    log_share = bisect(too_much_prior, ends, ends + SMALLEST_LOG_SHARE, TOLERANCE)
    return np.asarray(units / np.expm1(-log_share))


def _prior_share(n: ArrayLike, g: ArrayLike) -> Array:
    prior = as_positive("g", g)
    return np.asarray(prior / (prior + as_positive("n", n)))


def _log_w(freedom: Array, log_share: Array, level: Array) -> Array:
    return np.asarray((log_share + 2 * np.log(level)) / (freedom + 1))


@register
class AnytimeRegression(SequentialTest):
    """The treatment's coefficient in a regression on treatment, covariate and phases."""

    name = "anytime_regression"
    outcomes = ("adjusted_amount",)
    cells = ("n", "nonzero", "sum", "squares", "x_sum", "x_squares", "products")
    null = "at equal covariate, treatment and control have equal means"
    exact = False
    two_sided = True
    borders = ("difference", "lift")

    def __init__(self, design: Design) -> None:
        mde_in_units(design)
        as_positive("scale", design.scale)
        units = as_positive("units", USUAL_UNITS if design.units is None else design.units)
        self._prior = BALANCED * float(optimal_g(units, COEFFICIENTS, design.alpha))
        self._design, self._tau2_of_lift = design, mde_as_lift(design) ** 2

    def log_e(self, totals: Totals, rho: Rho, side: int, beyond: Effect = NO_EFFECT) -> Array:
        found = self._fit(totals, rho)
        error = behind_gate(found.standard_error, totals, rho)
        known = np.isfinite(error)
        t = (found.coefficient - in_units("border", beyond, self._design)) / np.where(known, error, np.nan)
        log_e = log_e_one_sided(np.where(known, t, 0.0), *self._weights(found, known), side)
        return np.where(known, log_e, 0.0)

    def estimate(self, totals: Totals, rho: Rho, *, relative: bool = False) -> Array:
        found = self._fit(totals, rho)
        return adjusted(totals, *self._adjustment(totals, found)).lift() if relative else found.coefficient

    def interval(self, totals: Totals, rho: Rho, alpha: float, *, relative: bool = False) -> Interval:
        found = self._fit(totals, rho)
        if relative:
            ratio, variance = adjusted_log_ratio(totals, *self._adjustment(totals, found))
            return as_lifts(around(ratio, behind_gate(variance, totals, rho), self._tau2_of_lift, alpha))
        error = behind_gate(found.standard_error, totals, rho)
        half = half_width(error, *self._weights(found, np.isfinite(error)), alpha)
        return found.coefficient - half, found.coefficient + half

    def _fit(self, totals: Totals, rho: Rho) -> Fit:
        by_phase("n", totals["n"], rho)
        return fit(totals, self._design.scale)

    def _weights(self, found: Fit, known: Mask) -> tuple[Array, Array, float]:
        """Degrees of freedom, information and prior; harmless numbers where nothing is known."""
        return np.where(known, found.freedom, 1.0), np.where(known, found.information, 1.0), self._prior

    def _adjustment(self, totals: Totals, found: Fit) -> tuple[Array, Array, int]:
        """Shares of the phases as the regression weighs them, the fitted slope, and the scale."""
        n = as_counts("n", totals["n"])
        weight = n.prod(axis=-1) / np.maximum(n.sum(axis=-1), 1)
        total = weight.sum(axis=-1, keepdims=True)
        return weight / np.where(total > 0, total, np.nan), found.slope[..., None, None], self._design.scale
