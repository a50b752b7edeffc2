"""One side of the evidence of two arms: the Dirichlet prior, a beta law here, is cut off at the border.

The prior of a label's probability has its mean at the border theta, and only what lies above theta is kept. The
evidence is that of the whole prior, times the posterior's share above theta over the prior's. Where that share vanishes
as a float while the whole evidence is huge, their product is formed at once, by the continued fraction of the
incomplete beta function (DLMF 8.17.22).
"""

import numpy as np
from scipy.special import betaincc, betaln

from stats.arrays import Array
from stats.dirichlet import log_evidence

VANISHING = 1e-250
TERMS = 60  # so far out, the fraction converges to rounding long before


def log_evidence_above(treated: Array, control: Array, theta: Array, concentration: Array) -> Array:
    """(...,) log e-process of (...,) labels against "treated with probability theta or less"."""
    k, j, theta, size = np.broadcast_arrays(treated, control, theta, concentration)
    a, b = size * theta, size * (1 - theta)
    share = betaincc(a + k, b + j, theta)
    far = share < VANISHING
    whole = log_evidence(np.stack([j, k], axis=-1), np.stack([1 - theta, theta], axis=-1), size)
    log_e = np.array(whole + np.log(np.where(far, 1.0, share)))
    if far.any():
        log_e[far] = _tail(*(argument[far] for argument in (k, j, a, b, theta)))
    return np.asarray(log_e - np.log(betaincc(a, b, theta)))


def _tail(k: Array, j: Array, a: Array, b: Array, theta: Array) -> Array:
    at_border = a * np.log(theta) + b * np.log1p(-theta) - betaln(a, b)
    return np.asarray(at_border - np.log(b + j) - np.log(_fraction(b + j, a + k, 1 - theta)))


def _fraction(p: Array, q: Array, x: Array) -> Array:
    """1 + d_1 / (1 + d_2 / (1 + ...)), by which x^p (1 - x)^q / (p B(p, q)) is divided to give I_x(p, q)."""
    value = np.ones_like(x)
    for m in range(TERMS, 0, -1):
        value = 1 - (p + m) * (p + q + m) * x / ((p + 2 * m) * (p + 2 * m + 1) * value)
        value = 1 + m * (q - m) * x / ((p + 2 * m - 1) * (p + 2 * m) * value)
    return 1 - (p + q) * x / ((p + 1) * value)
