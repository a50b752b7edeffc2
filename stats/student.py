"""Logarithm of Student's distribution function, far into the tail, where the function itself is zero as a float."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, roots_laguerre, stdtr

from stats.arrays import Array, as_positive

FAR = 20.0  # of the leading exponent: the quadrature is exact to rounding from here on
LARGE = 50.0
NODES, WEIGHTS = roots_laguerre(32)


def log_cdf(t: ArrayLike, nu: ArrayLike) -> Array:
    """Log P(T <= t) of (...,) values for (...,) degrees of freedom."""
    freedom = as_positive("nu", nu)
    value, freedom = np.broadcast_arrays(np.asarray(t, dtype=np.float64), freedom)
    far = (value < 0) & (_exponent(value, freedom) > FAR)
    near = np.log(stdtr(freedom, np.where(far, 0.0, value)))
    return np.where(far, _log_tail(np.where(far, value, -1e3), freedom), near)


def _exponent(value: Array, freedom: Array) -> Array:
    return np.asarray(freedom / 2 * np.log1p(value**2 / freedom))


def _log_tail(value: Array, freedom: Array) -> Array:
    """From I_z(a, 1/2) / 2 with a = nu / 2 and log z = -exponent / a, by Laguerre's quadrature of exp(-u).

    I_z(a, 1/2) = z^a / (a B(a, 1/2)) times the integral over u > 0 of exp(-u) (1 - z exp(-u / a))^(-1/2) (DLMF 8.17.1).
    """
    half, exponent = freedom / 2, _exponent(value, freedom)
    kernel = -np.expm1(-(exponent[..., None] + NODES) / half[..., None])
    integral = (WEIGHTS / np.sqrt(kernel)).sum(axis=-1)
    return np.asarray(np.log(integral) - exponent - np.log(2 * half) - _log_beta(half))


def _log_beta(a: Array) -> Array:
    """Log B(a, 1/2); from its expansion where a difference of large logarithms would lose digits (DLMF 5.11.13)."""
    large = np.maximum(a, LARGE)
    series = 0.5 * np.log(np.pi / large) + 1 / (8 * large) - 1 / (192 * large**3) + 1 / (640 * large**5)
    return np.where(a > LARGE, series, betaln(np.minimum(a, LARGE), 0.5))
