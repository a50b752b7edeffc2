"""The boundary of the group-sequential test by a plain recursion: one set of nodes a look, roots to all digits."""

from functools import cache
from math import log, pi, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import log_ndtr, ndtr, ndtri

LOOKS, NODES = 200, 240
OVERSHOOT = 0.5826 / sqrt(LOOKS)
LATEST = 1.1
PLACES, WEIGHTS = np.polynomial.legendre.leggauss(NODES)


def group_sequential(phases, side, border, alpha, conversions):
    """Of one phase, and O'Brien and Fleming's spending."""
    ((_, control, treated),) = phases
    rates = [arm["converted"] / arm["n"] for arm in (control, treated)]
    errors = [p * (1 - p) / (arm["n"] - 1) for p, arm in zip(rates, (control, treated), strict=True)]
    z = side * (rates[1] - rates[0] - border) / sqrt(sum(errors))
    stop = boundary((control["converted"] + treated["converted"]) / conversions / LATEST, alpha)
    return log(2 / alpha) + float(log_ndtr(-stop) - log_ndtr(-z))


def boundary(time, alpha):
    found = edges(alpha)
    return float(np.interp(time, sorted(found), [found[at] for at in sorted(found)])) / sqrt(time)


@cache
def edges(alpha):
    """Where the sum leaves at each of the looks, moved out by what a path watched at looks only overshoots."""
    step, spent, density, found = sqrt(1 / LOOKS), 0.0, None, {}
    for look in range(1, LOOKS + 1):
        time = look / LOOKS
        level = 4 * float(ndtr(ndtri(alpha / 4) / sqrt(time)))  # two sides, half of alpha each
        edge = brentq(lambda at: leaving(density, at, step) - (level - spent), 1e-3, 3, xtol=1e-15)  # noqa: B023
        places = edge * PLACES
        density = places, edge * WEIGHTS * arriving(density, places, step)
        spent, found[time] = level, edge + OVERSHOOT
    return found


def leaving(density, edge, step):
    if density is None:
        return 2 * float(ndtr(-edge / step))
    places, mass = density
    return float(mass @ (ndtr((places - edge) / step) + ndtr((-edge - places) / step)))


def arriving(density, places, step):
    if density is None:
        return np.exp(-0.5 * (places / step) ** 2) / (step * sqrt(2 * pi))
    before, mass = density
    return np.exp(-0.5 * ((places[:, None] - before) / step) ** 2) @ mass / (step * sqrt(2 * pi))
