"""Betting on the mean of bounded observations, one after the other: hedged capital with predictable plug-in bets.

A bettor who stakes lambda_t on "above m" multiplies the capital by 1 + lambda_t (x_t - m); the stake is chosen from the
past alone, so if the conditional mean is m the capital is a martingale (Waudby-Smith and Ramdas 2024, JRSSB 86(1),
theorem 3). Unlike the label bet it needs the observations in their order, not only totals.
"""

import numpy as np
from numpy.typing import ArrayLike

from stats.arrays import Array, Mask, as_level, as_positive, as_probabilities
from stats.logspace import bisect
from stats.ranges import as_values_in

TOLERANCE = 1e-9


def log_capital(
    x: ArrayLike, mean: ArrayLike, alpha: float = 0.05, truncation: float = 0.5, theta: float = 0.5
) -> tuple[Array, Array]:
    """Log capital of the bets on "above the mean" and on "below it", after each observation.

    Args:
        x: (..., t) observations in [0, 1], in the order they came.
        mean: (...,) mean under the null, in (0, 1).
        alpha: level the stakes are tuned for, not a condition of validity.
        truncation: largest share of the capital that one observation can take, in (0, 1).
        theta: part of the first coin that bets on "above", in (0, 1).
    """
    values, m = as_values_in("x", x, 0, 1), as_probabilities("mean", mean)[..., None]
    largest, stake = as_probabilities("truncation", truncation), _stakes(values, alpha, theta)
    above = np.log1p(np.minimum(stake, largest / m) * (values - m))
    below = np.log1p(-np.minimum(stake, largest / (1 - m)) * (values - m))
    return np.cumsum(above, axis=-1), np.cumsum(below, axis=-1)


def log_e(x: ArrayLike, mean: ArrayLike, alpha: float = 0.05, truncation: float = 0.5, theta: float = 0.5) -> Array:
    """Log e-process against "the mean is m", after each observation: theta of the coin above, the rest below."""
    above, below = log_capital(x, mean, alpha, truncation, theta)
    return np.asarray(np.logaddexp(above + np.log(theta), below + np.log1p(-theta)))


def interval(x: ArrayLike, alpha: float = 0.05, truncation: float = 0.5, theta: float = 0.5) -> tuple[Array, Array]:
    """Means that neither bet has excluded at the last observation: theta K+ and (1 - theta) K- below 1/alpha.

    Each capital is monotone in the mean, so each bound is one crossing; (...,) lower and upper, 0 and 1 where none is.
    """
    values, threshold = as_values_in("x", x, 0, 1), -np.log(as_level("alpha", alpha))
    as_positive("observations", values.shape[-1])

    def excluded(mean: Array) -> Mask:
        above, below = log_capital(values, mean, alpha, truncation, theta)
        last = np.stack([above[0, ..., -1] + np.log(theta), below[1, ..., -1] + np.log1p(-theta)])
        return np.asarray(last >= threshold)

    lower_first = np.stack([np.zeros(values.shape[:-1]), np.ones(values.shape[:-1])])
    lower, upper = bisect(excluded, lower_first, lower_first[::-1], TOLERANCE)
    return lower, upper


def _stakes(values: Array, alpha: float, theta: float) -> Array:
    """sqrt(2 log(1 / (alpha theta)) / (t log(1 + t) s2_{t-1})), s2 a running variance that starts at 1/4."""
    time = np.arange(1, values.shape[-1] + 1)
    mean = (0.5 + np.cumsum(values, axis=-1)) / (time + 1)
    variance = np.full(values.shape, 0.25)
    variance[..., 1:] = ((0.25 + np.cumsum((values - mean) ** 2, axis=-1)) / (time + 1))[..., :-1]
    evidence = -2 * np.log(as_level("alpha", alpha) * as_probabilities("theta", theta))
    return np.asarray(np.sqrt(evidence / (time * np.log1p(time) * variance)))
