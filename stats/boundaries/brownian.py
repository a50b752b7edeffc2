"""Paths of a Brownian motion carried from look to look, less those that left the band at a look.

A z statistic at the fraction t of the planned information is B(t) / sqrt(t). The density of the paths still inside is
integrated numerically from one look to the next (Armitage, McPherson and Rowe 1969, JRSS A 132(2)).
"""

from math import ceil, inf, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from stats.arrays import Array

SMALLEST_STEP = 1e-3  # of the information so far: closer looks are one look, and need ever more nodes
REACH = 9.0  # standard deviations of a path; 1e-19 lies beyond
PANEL = 6.0  # standard deviations of the smaller of two moves, to a set of nodes
NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)


class Look(NamedTuple):
    """Its fraction of information, and the standard deviations of a path's moves to it and from it."""

    time: float
    move: float
    next_move: float


class Band(NamedTuple):
    """Where a path goes on, relative to the drift's mean."""

    low: float
    high: float


class Paths(NamedTuple):
    """Those that go on, at (nodes,) places, each with the probability it stands for."""

    place: Array
    mass: Array


START = Paths(np.zeros(1), np.ones(1))


def looks_at(information: ArrayLike) -> list[Look]:
    times = np.asarray(information, dtype=np.float64)
    rises = times.ndim == 1 and np.all(np.diff(times, prepend=0.0) >= SMALLEST_STEP * times)
    if not (rises and times.size and times.min() > 0 and times.max() <= 1):
        raise ValueError(f"information must rise within (0, 1], by {SMALLEST_STEP:.1%} or more a look, got {times}")
    moves = np.sqrt(np.diff(times, prepend=0.0))
    return [Look(*look) for look in zip(times, moves, np.append(moves[1:], inf), strict=True)]


def band(look: Look, z: float, sides: int, drift: float = 0.0) -> Band:
    edge, mean = z * sqrt(look.time), drift * look.time
    return Band(-edge - mean if sides == 2 else -inf, edge - mean)


def leaving(paths: Paths, look: Look, inside: Band) -> float:
    """Probability of first being outside at this look."""
    above, below = paths.place - inside.high, inside.low - paths.place
    return float(paths.mass @ (ndtr(above / look.move) + ndtr(below / look.move)))


def staying(paths: Paths, look: Look, inside: Band) -> Paths:
    reach = REACH * sqrt(look.time)
    place, weight = _nodes(look, Band(*np.clip(inside, -reach, reach)))
    density = np.exp(-0.5 * np.square((place[:, None] - paths.place) / look.move)) @ paths.mass
    return Paths(place, weight * density / (look.move * sqrt(2 * np.pi)))


def _nodes(look: Look, inside: Band) -> tuple[Array, Array]:
    """Places and weights of Gauss-Legendre panels narrow enough for the densities before and after."""
    width = inside.high - inside.low
    panels = max(1, ceil(width / (PANEL * min(look.move, look.next_move))))
    half = width / panels / 2
    middles = inside.low + half * np.arange(1, 2 * panels, 2)
    return (middles[:, None] + half * NODES).ravel(), np.tile(half * WEIGHTS, panels)
