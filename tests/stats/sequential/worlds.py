"""Generated experiments for the contract of all tests: units in the order they come, and the totals they add up to."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from scipy import stats as sps

SCALE = {"yes_no": 1, "amount": 10**6, "adjusted_amount": 10**6, "ratio": 10**6}
NAMES = ("n", "nonzero", "sum", "squares", "x_sum", "x_squares", "products")
OFFERED = {
    "yes_no": ("n", "converted", "nonzero", "sum", "squares"),
    "amount": NAMES[:4],
    "adjusted_amount": NAMES,
    "ratio": NAMES,
}
CAP = 5.0
MEAN = {"yes_no": 0.2, "amount": 1.0, "adjusted_amount": 1.0, "ratio": 0.5}


@dataclass(frozen=True)
class World:
    """Units, each with its phase, whether it is treated, its outcome y and its second number x, in integers."""

    outcome: str
    rho: list
    phase: np.ndarray
    treated: np.ndarray
    y: np.ndarray
    x: np.ndarray

    def __len__(self):
        return len(self.y)

    def some(self, units):
        """The world of some of the units, by index."""
        return World(self.outcome, self.rho, *(part[units] for part in (self.phase, self.treated, self.y, self.x)))

    def totals(self):
        """Each (phases, 2), of control and treatment."""
        counted = self.x if self.outcome == "ratio" else self.y
        values = {
            "n": np.ones(len(self), int),
            "converted": self.y,
            "nonzero": counted != 0,
            "sum": self.y,
            "squares": self.y**2,
            "x_sum": self.x,
            "x_squares": self.x**2,
            "products": self.x * self.y,
        }
        return {name: self._by_arm(values[name]) for name in OFFERED[self.outcome]}

    def looks(self, count):
        """Totals after more and more units: each (looks, phases, 2)."""
        ends = np.linspace(0, len(self), count + 1).astype(int)[1:]
        return stacked([self.some(np.arange(end)).totals() for end in ends])

    def _by_arm(self, values):
        out = np.zeros((len(self.rho), 2), dtype=object)
        for phase in range(len(self.rho)):
            for arm in (0, 1):
                chosen = (self.phase == phase) & (self.treated == arm)
                out[phase, arm] = sum(map(int, values[chosen]))
        return out


def stacked(many):
    return {name: np.stack([totals[name] for totals in many]) for name in many[0]}


def world(outcome, seed, units=1_500, rho=(0.5,), lift=0.0, *, exact_split=False):
    """Units over the phases of an allocation, while the mean drifts upwards; lift is that of treatment."""
    rng = np.random.default_rng(seed)
    phase = np.sort(rng.integers(0, len(rho), units))
    odds = np.asarray(rho)[phase]
    treated = (
        np.diff(np.floor(np.cumsum(odds) + 1e-9), prepend=0) if exact_split else rng.random(units) < odds
    ).astype(int)
    mean = MEAN[outcome] * np.linspace(0.8, 1.2, units) * (1 + lift * treated)
    x, y = DRAWN[outcome](rng, mean)
    return World(outcome, list(rho), phase, treated, y, x)


def _yes_no(rng, mean):
    return np.zeros(len(mean), int), (rng.random(len(mean)) < mean).astype(int)


def _amount(rng, mean):
    amount = np.minimum(rng.exponential(2 * mean), CAP) * (rng.random(len(mean)) < 0.5)
    return np.zeros(len(mean), int), _integers(amount)


def _adjusted(rng, mean):
    before = rng.exponential(1.0, len(mean))
    return _integers(before), _integers(np.minimum(mean * rng.exponential(0.5 + 0.5 * before), CAP))


def _ratio(rng, mean):
    views = rng.poisson(3, len(mean))
    return views * SCALE["ratio"], rng.binomial(views, np.minimum(mean, 1)) * SCALE["ratio"]


def _integers(amounts):
    return np.rint(amounts * 10**6).astype(np.int64)


DRAWN = {"yes_no": _yes_no, "amount": _amount, "adjusted_amount": _adjusted, "ratio": _ratio}

chances = st.floats(0.1, 0.9)
parameters = {
    "seed": st.integers(0, 2**32 - 1),
    "units": st.integers(1, 1_500),
    "rho": st.lists(chances, min_size=1, max_size=3),
    "lift": st.sampled_from([0.0, 0.0, 0.3, -0.3]),
}


def worlds(outcome):
    return st.builds(world, st.just(outcome), **parameters)


def limit(runs, alpha=0.05):
    """Rejections that a test which keeps its promise exceeds once in a thousand times."""
    return sps.binom.isf(0.001, runs, alpha)
