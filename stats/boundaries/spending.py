"""Spending functions: how much of the type I error may be used up by the time a fraction of the information is in.

Lan and DeMets 1983 (Biometrika 70(3)) for the first two, Kim and DeMets 1987 (Biometrika 74(1)) for the power family,
Hwang, Shih and DeCani 1990 (Statistics in Medicine 9(12)) for the last. What is spent is a probability, not a nominal
level: comparing p with it at each look would be peeking.
"""

from collections.abc import Callable
from math import e

import numpy as np
from scipy.special import ndtr, ndtri

from stats.arrays import Array, as_level, as_positive, within

STEEPEST = 40.0  # of Hwang, Shih and DeCani: all at the first look, or all at the last


def spent(information: Array, alpha: float, spending: str, sides: int, parameter: float | None = None) -> Array:
    """(looks,) cumulative type I error at (looks,) fractions of information; each side spends from its own share."""
    as_level("alpha", alpha)
    return one_or_two(sides) * _shape(spending, parameter)(information, alpha / sides)


def one_or_two(sides: int) -> int:
    if sides not in (1, 2):
        raise ValueError(f"sides must be 1 or 2, got {sides}")
    return sides


def _shape(spending: str, parameter: float | None) -> Callable[[Array, float], Array]:
    if spending in PLAIN and parameter is None:
        return PLAIN[spending]
    if spending in FAMILIES and parameter is not None:
        return lambda t, level: FAMILIES[spending](t, level, parameter)
    if spending in PLAIN | FAMILIES:
        raise ValueError(f"parameter must be {'None' if spending in PLAIN else 'a number'} for {spending}")
    raise ValueError(f"spending must be one of {', '.join(PLAIN | FAMILIES)}, got {spending}")


def _obrien_fleming(t: Array, level: float) -> Array:
    return np.asarray(2 * ndtr(ndtri(level / 2) / np.sqrt(t)))


def _pocock(t: Array, level: float) -> Array:
    return level * np.log1p((e - 1) * t)


def _power(t: Array, level: float, exponent: float) -> Array:
    return np.asarray(level * t ** as_positive("parameter", exponent))


def _hwang_shih_decani(t: Array, level: float, gamma: float) -> Array:
    within("parameter", gamma, -STEEPEST, STEEPEST)
    return level * (t if gamma == 0 else np.expm1(-gamma * t) / np.expm1(-gamma))


PLAIN = {"obrien_fleming": _obrien_fleming, "pocock": _pocock}
FAMILIES = {"power": _power, "hwang_shih_decani": _hwang_shih_decani}
