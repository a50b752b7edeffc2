"""Sums of label scores and of their squares from exact integer totals: formed as ratios of integers, rounded once.

The score of a unit with label A (1: treatment) and amount y is (A - rho)(y - c). Both sums are small differences of
large totals, so they are taken before anything becomes a float; rho and c are the binary fractions they are as floats.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stats.arrays import Array, as_probabilities
from stats.integers import as_integers


def label_sums(
    n: ArrayLike, total: ArrayLike, squares: ArrayLike, rho: ArrayLike, centres: Array, cap: float
) -> tuple[Array, Array, Array]:
    """Units, sum of scores and sum of squared scores: (..., phases, centres) each.

    Args:
        n: (..., phases, 2) units of control and treatment.
        total: (..., phases, 2) sums of their amounts, integers; of any size in an object array.
        squares: (..., phases, 2) sums of squared amounts, integers; of any size in an object array.
        rho: (phases,) probability of treatment among the two arms, at exposure.
        centres: (centres,) values of c.
        cap: largest amount of one unit.

    Raises:
        ValueError: not a whole number, or totals that no n amounts in [0, cap] have.
    """
    odds = as_probabilities("rho", rho)
    totals = {name: as_integers(name, array) for name, array in (("n", n), ("total", total), ("squares", squares))}
    for name, array in totals.items():
        if array.shape[-2:] != (odds.size, 2):
            raise ValueError(f"{name} must have shape (..., phases, 2), {odds.size} phases of rho, got {array.shape}")
    _CHECK(*totals.values(), cap)
    arms = (array[..., arm, None] for array in totals.values() for arm in (0, 1))
    units, first, second = (np.asarray(sums, dtype=np.float64) for sums in _SUMS(*arms, odds[:, None], centres))
    return units, first, second


def _check(n: int, total: int, squares: int, cap: float) -> None:
    if not (0 <= total <= cap * n and total**2 <= n * squares and 0 <= squares <= cap * total):
        raise ValueError(
            f"total must be in [0, cap n] and squares in [total^2 / n, cap total], "
            f"got {n=}, {total=}, {squares=}, {cap=}"
        )


def _sums(n_c: int, n_t: int, s_c: int, s_t: int, q_c: int, q_t: int, rho: float, c: float) -> tuple[Any, ...]:
    p, q = rho.as_integer_ratio()
    a, b = c.as_integer_ratio()
    first = (q - p) * (b * s_t - a * n_t) - p * (b * s_c - a * n_c)
    treated, control = (
        b * b * squares - 2 * a * b * s + a * a * n for n, s, squares in ((n_t, s_t, q_t), (n_c, s_c, q_c))
    )
    return n_c + n_t, first / (q * b), ((q - p) ** 2 * treated + p * p * control) / (q * b) ** 2


_CHECK, _SUMS = np.frompyfunc(_check, 4, 1), np.frompyfunc(_sums, 8, 3)
