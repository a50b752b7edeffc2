"""Bets written out for each node of their grids, one kind of unit after the other, without arrays.

`phases` are (rho, control, treated): the probability of treatment among the two arms, and the totals of each arm.
A border is (kind, size), its kind "difference" or "lift".
"""

from fractions import Fraction
from math import exp, log, log1p

MIXTURE = tuple(0.4 * k for k in range(1, 11))
ONE_STAKE = (1.0,)
LARGEST_LOSS = 0.95


def label_bet(phases, side, border, mde, baseline, steps=MIXTURE):
    paths = []
    for c, c_weight in centres(baseline):
        stakes = [min(step * scale(border, c, mde, baseline), LARGEST_LOSS / bound(border, c)) for step in steps]
        for stake, weight in zip(stakes, half_normal(steps), strict=True):
            gained = sum(log_growth(phase, c, border, side * stake) for phase in phases)
            paths.append(log(c_weight * weight) + gained)
    return log_sum(paths)


def log_growth(phase, c, border, stake):
    rho, control, treated = phase
    kinds = (treated["converted"], control["converted"], others(treated), others(control))
    return sum(units * log1p(stake * gain) for units, gain in zip(kinds, gains(rho, c, border), strict=True))


def others(arm):
    return arm["n"] - arm["converted"]


def gains(rho, c, border):
    """Of a treated converter, a control converter, and of those who did not convert."""
    kind, size = border
    if kind == "lift":
        r = 1 + size
        return (1 - rho) * (1 - r * c), -r * rho * (1 - c), -(1 - rho) * r * c, r * rho * c
    moved = rho * (1 - rho) * size
    return (1 - rho) * (1 - c) - moved, -rho * (1 - c) - moved, -(1 - rho) * c - moved, rho * c - moved


def scale(border, c, mde, baseline):
    if border[0] == "difference" and border[1]:
        return mde * (baseline or c) / (c * (1 - c))
    return mde / (1 - c)


def bound(border, c):
    kind, size = border
    if kind == "lift":
        return max(abs(1 - (1 + size) * c), (1 + size) * max(c, 1 - c))
    return max(c, 1 - c) + abs(size) / 4


def centres(baseline):
    low, high = log(0.004 / 0.996), log(0.75 / 0.25)
    return half_on(baseline, [1 / (1 + exp(-(low + (high - low) * k / 5))) for k in range(6)])


def half_on(baseline, nodes):
    """Nodes with their weights: half of it on what was declared."""
    if baseline is None:
        return [(c, 1 / 6) for c in nodes]
    return [(baseline, 1 / 2), *((c, 1 / 12) for c in nodes)]


def half_normal(steps):
    heights = [exp(-(step**2) / 2) for step in steps]
    return [height / sum(heights) for height in heights]


def log_sum(logs):
    highest = max(logs)
    return highest + log(sum(exp(one - highest) for one in logs))


def sprt_early(phases, side, mde, baseline):
    r, c, total = (1 + mde) ** side, 0.8 * baseline, 0.0
    for rho, control, treated in phases:
        m = rho * r + 1 - rho
        total += treated["converted"] * log(r / m) - control["converted"] * log(m)
        total += others(treated) * log((1 - c * r) / (1 - c * m)) + others(control) * log((1 - c) / (1 - c * m))
    return total


def bounded_bet(phases, side, border, baseline, cap):
    paths = []
    for c, weight in half_on(baseline, [cap / 1000 * 500 ** (k / 5) for k in range(6)]):
        first, second, largest = scores(phases, side, Fraction(border), Fraction(c), Fraction(cap))
        for stake in (0.09 * k for k in range(1, 11)):
            cost = -log1p(-stake) - stake
            paths.append(log(weight / 10) + stake * float(first / largest) - cost * float(second / largest**2))
    return log_sum(paths)


def scores(phases, side, border, c, cap):
    """Sum of the scores (A - rho)(y - c), less the border's; of their squares; and the largest loss of a unit."""
    first, second, losses = 0, 0, []
    for odds, control, treated in phases:
        rho = Fraction(odds)
        border_score = rho * (1 - rho) * border
        for label, arm in ((1 - rho, treated), (-rho, control)):
            total, squares = arm["sum"] - c * arm["n"], arm["squares"] - 2 * c * arm["sum"] + c * c * arm["n"]
            first += label * total - border_score * arm["n"]
            second += label**2 * squares - 2 * border_score * label * total + border_score**2 * arm["n"]
        worst = (rho, 1 - rho) if side == 1 else (1 - rho, rho)
        losses.append(max(worst[0] * (cap - c), worst[1] * c) + abs(border_score))
    return side * first, second, max(losses)
