"""Regression coefficients that may be looked at all the time: t and F statistics as e-processes.

The coefficients tested have a normal prior of precision g in units of the noise, the others a flat one; the Bayes
factor depends on the data through the classical statistic alone (Lindon, Ham, Tingley and Bojinov 2022,
arXiv:2210.08589). r = g / (g + n) is the share of the prior in what is known. Every argument broadcasts.
"""

import numpy as np
from numpy.typing import ArrayLike

from stats.arrays import Array, Mask, as_level, as_positive
from stats.logspace import bisect
from stats.ranges import as_values_in

SMALLEST_LOG_SHARE = -100.0  # of the prior, below any that is best
TOLERANCE = 1e-12


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
