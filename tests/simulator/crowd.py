"""A seeded crowd in columns: what is sent about the units of some experiments, with all that goes wrong on the way.

Events are rows of one table in the order of their record times, so that an oracle can count whole columns.
"""

from typing import NamedTuple

import numpy as np

from streams.core.times import parse_instant

SECOND, MINUTE = 1_000, 60_000
START = parse_instant("2025-03-10T00:00:00Z")
SPAN = 120 * MINUTE
WINDOW = 20 * MINUTE
LATENESS = MINUTE
SKEW = 5 * MINUTE
EXPERIMENTS = 5
UNITS = 900  # of each experiment
RATE, BETTER = 0.25, 0.4  # in the last experiment the treatment has an effect; in the others both arms are the same
PER_WORLD = 10_000  # events
EXPOSURE, CONVERSION, REVERSAL = range(3)
FINE, MALFORMED, BAD, FUTURE = range(4)


class Events(NamedTuple):
    """Columns. `identity` is that of a conversion, or of what a reversal takes back; 0 for exposures."""

    recorded: np.ndarray
    time: np.ndarray
    what: np.ndarray
    x: np.ndarray
    unit: np.ndarray
    variant: np.ndarray
    identity: np.ndarray
    flaw: np.ndarray

    def rows(self, chosen):
        return Events(*(column[chosen] for column in self))


def crowd(seed):
    """All events of a world."""
    rng = np.random.default_rng(seed)
    entered = entries(rng)
    bought = conversions(rng, entered)
    parts = [entered, crossers(rng, entered), bought, copies(rng, bought), reversals(rng, bought), strangers(rng)]
    left = PER_WORLD - sum(len(part.time) for part in parts)
    spoilt = spoil(rng, joined([*parts, repeats(rng, entered, left)]))
    return spoilt.rows(np.argsort(spoilt.recorded, kind="stable"))


def entries(rng):
    """The exposures by which units enter."""
    n = EXPERIMENTS * UNITS
    x, unit = np.arange(n) % EXPERIMENTS, rng.permutation(3 * n)[:n]
    return sent(rng, rng.integers(0, SPAN, n), EXPOSURE, x, unit, rng.integers(0, 2, n))


def crossers(rng, entered):
    """Some see the other arm, before or after."""
    some = entered.rows(rng.random(len(entered.time)) < 0.02)
    return sent(rng, after(rng, some, -1, 60), EXPOSURE, some.x, some.unit, 1 - some.variant)


def repeats(rng, entered, n):
    """Many are exposed again, and it may be told before the first time."""
    some = entered.rows(rng.integers(0, len(entered.time), n))
    return sent(rng, after(rng, some, -2, 30), EXPOSURE, some.x, some.unit, some.variant)


def conversions(rng, entered):
    """In the window, beyond it, and just before the entry."""
    effect = (entered.x == EXPERIMENTS - 1) & (entered.variant == 1)
    some = entered.rows(rng.random(len(entered.time)) < np.where(effect, BETTER, RATE))
    wait = rng.exponential(8 * MINUTE, len(some.time)) - rng.choice([0, MINUTE], len(some.time), p=[0.95, 0.05])
    time = some.time - START + wait.astype(int)
    return sent(rng, time, CONVERSION, some.x, some.unit, some.variant, np.arange(1, len(time) + 1))


def copies(rng, bought):
    """The same events sent again."""
    some = bought.rows(rng.random(len(bought.time)) < 0.1)
    return some._replace(recorded=some.recorded + rng.integers(0, LATENESS, len(some.time)))


def reversals(rng, bought):
    """Some before the unit has matured, some after."""
    some = bought.rows(rng.random(len(bought.time)) < 0.1)
    return sent(rng, after(rng, some, 0, 40), REVERSAL, some.x, some.unit, some.variant, some.identity)


def strangers(rng):
    """Conversions of units that were never exposed."""
    n, unit = 200, 3 * EXPERIMENTS * UNITS + np.arange(200)
    return sent(rng, rng.integers(0, SPAN, n), CONVERSION, unit % EXPERIMENTS, unit, unit * 0, unit + 1)


def spoil(rng, events):
    """Some of all kinds can't be used."""
    flaw = rng.choice([FINE, MALFORMED, BAD, FUTURE], len(events.time), p=[0.985, 0.005, 0.005, 0.005])
    time = np.where(flaw == FUTURE, events.recorded + SKEW + 1, events.time)
    return events._replace(flaw=flaw, time=time)


def after(rng, some, low, high):
    """So many minutes after others, since the start."""
    return some.time - START + rng.integers(low * MINUTE, high * MINUTE, len(some.time))


def sent(rng, time, what, x, unit, variant, identity=0):
    """Times on a grid of seconds, so that many are equal; most are recorded soon, some too late."""
    n = len(time)
    time = START + np.maximum(0, time) // SECOND * SECOND
    soon, late = rng.integers(0, 5 * SECOND, n), LATENESS + rng.integers(0, 5, n) * MINUTE
    recorded = time + np.where(rng.random(n) < 0.03, late, soon)
    return Events(recorded, time, np.full(n, what), x, unit, variant, np.full(n, identity), np.zeros(n, int))


def joined(parts):
    return Events(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
