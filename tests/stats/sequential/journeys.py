"""Simulated experiments: units that enter day by day, with an allocation, a rate and a delay of conversion each.

Everything is counted for all runs at once; a look is the end of a day.
"""

from dataclasses import dataclass

import numpy as np

WINDOW = 7  # days from entry in which a conversion counts


@dataclass(frozen=True)
class Journeys:
    """Units (runs, entry days, 2 arms [treatment, control]), and (..., WINDOW) their conversions by days of delay."""

    entered: np.ndarray
    converted: np.ndarray
    rho: np.ndarray

    @property
    def phases(self):
        return np.unique(self.rho)

    def looks(self):
        """Days of looks, from the first entry to the last window's end."""
        return range(1, self.rho.size + WINDOW + 1)

    def matured(self, day):
        """Cells of the units whose window has closed: (runs, phases, 4)."""
        closed = self._closed(day)
        return self._cells(self.converted.sum(axis=-1) * closed, self.entered * closed)

    def now(self, day):
        """Cells of the units that have converted, or whose window has closed."""
        delay_allowed = day - np.arange(self.rho.size)[:, None]
        converted = (self.converted * (np.arange(WINDOW) < delay_allowed)[:, None, :]).sum(axis=-1)
        return self._cells(converted, np.where(self._closed(day), self.entered, converted))

    def _closed(self, day):
        return (np.arange(self.rho.size) + WINDOW < day)[:, None]

    def _cells(self, converted, units):
        cells = np.concatenate([converted, units - converted], axis=-1)
        return np.stack([cells[:, self.rho == rho].sum(axis=1) for rho in self.phases], axis=1)


def simulate(rng, runs, units, rho, rate, *, quick=(0.3, 0.3)):
    """`units` a day, with the day's rho and rate (days, 2); delays are geometric with a daily chance `quick` an arm."""
    rho = np.asarray(rho)
    treated = rng.binomial(units, rho, (runs, rho.size))
    entered = np.stack([treated, units - treated], axis=-1)
    delays = np.array([q * (1 - q) ** np.arange(WINDOW) for q in quick])
    chances = np.broadcast_to(rate, (rho.size, 2))[..., None] * (delays / delays.sum(axis=-1, keepdims=True))
    outcomes = np.concatenate([chances, 1 - chances.sum(axis=-1, keepdims=True)], axis=-1)
    return Journeys(entered, rng.multinomial(entered, outcomes)[..., :-1], rho)
