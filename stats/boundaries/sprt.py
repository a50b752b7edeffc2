"""Wald's sequential probability ratio test of one stream of successes and failures, with its exact error rates.

Wald's bounds hold the errors only approximately, since a path jumps over them; here every path is counted. After s
successes and f failures the log likelihood ratio is `s log(p1/p0) - f log((1-p0)/(1-p1))`; sampling goes on while it is
strictly between `log(beta/(1-alpha))` and `log((1-beta)/alpha)`. The lattice of (s, f) is walked one success at a time,
so a rare success costs one step however many failures precede it.
"""

from math import ceil, floor, log
from typing import NamedTuple

import numpy as np
from scipy.linalg.blas import dtbsv

from stats.arrays import Array, as_level, as_probabilities

LARGEST_BETA = 0.5
ROUNDING = 1e-9  # a path that meets a bound exactly has reached it, whatever the last digit of its logarithm
NEGLIGIBLE = 1e-16  # probability of paths still on their way


class OperatingCharacteristics(NamedTuple):
    """Error probabilities, and the average number of trials until a decision (ASN) under either hypothesis."""

    type_i: float
    type_ii: float
    asn0: float
    asn1: float


def operating_characteristics(p0: float, p1: float, alpha: float, beta: float) -> OperatingCharacteristics:
    """Exact error rates and average sample numbers (Wald 1945, Ann. Math. Stat. 16(2), sections 3.3 and 4.1).

    Args:
        p0: success probability under the null, in (0, 1).
        p1: under the alternative, in (p0, 1); to look for a fall, count failures as successes.
        alpha: nominal type I error, in (0, 0.2].
        beta: nominal type II error, in (0, 0.5].

    The work grows with the cube of 1/log(p1/p0): 5 ms for .1 against .2, about 10 s for .0100 against .0105.
    """
    continuation = _Continuation.of(p0, p1, alpha, beta)
    type_i, asn0 = _walk(continuation, p0)
    power, asn1 = _walk(continuation, p1)
    return OperatingCharacteristics(type_i, 1 - power, asn0, asn1)


class _Continuation(NamedTuple):
    rise: float  # of the log likelihood ratio at a success
    fall: float  # at a failure
    reject: float
    accept: float

    @classmethod
    def of(cls, p0: float, p1: float, alpha: float, beta: float) -> "_Continuation":
        as_probabilities("p0", p0)
        as_probabilities("p1", p1)
        as_level("alpha", alpha)
        if not p0 < p1:
            raise ValueError(f"p1 must be in (p0, 1), got {p1} with p0 = {p0}")
        if not 0 < beta <= LARGEST_BETA:
            raise ValueError(f"beta must be in (0, {LARGEST_BETA}], got {beta}")
        return cls(log(p1 / p0), log((1 - p0) / (1 - p1)), log((1 - beta) / alpha), log(beta / (1 - alpha)))

    def failures(self, successes: int) -> tuple[int, int]:
        """The half-open range of failures at which sampling goes on; empty where one failure decides too much."""
        ratio = successes * self.rise
        fewest = max(0, floor((ratio - self.reject + ROUNDING) / self.fall) + 1)
        return fewest, max(fewest, ceil((ratio - self.accept - ROUNDING) / self.fall))


def _walk(continuation: _Continuation, p: float) -> tuple[float, float]:
    """Probability of rejecting the null, and expected trials, when each trial succeeds with probability p."""
    successes, rejected, trials = 0, 0.0, 0.0
    fewest, most = continuation.failures(0)
    arriving = np.eye(1, most)[0]
    while arriving.sum() > NEGLIGIBLE:
        visits = _visits(arriving, 1 - p)
        trials += visits.sum()
        successes += 1
        survivors, end = continuation.failures(successes)
        rejected += p * visits[: survivors - fewest].sum()
        arriving = np.append(p * visits[survivors - fewest :], np.zeros(end - most))
        fewest, most = survivors, end
    return float(rejected), float(trials)


def _visits(arriving: Array, q: float) -> Array:
    """Probability of passing each (s, f) that continues: `visits[f] = arriving[f] + q visits[f - 1]`."""
    band = np.array([[1.0], [-q]]).repeat(arriving.size, axis=1)
    return np.asarray(dtbsv(1, band, arriving, lower=1))
