"""When a test stops: the distribution of units until then, whatever it was computed or simulated with."""

from math import inf
from typing import NamedTuple

import numpy as np

from stats.arrays import Array, as_probabilities


class Curve(NamedTuple):
    """(looks,) units of both arms, rising, and (looks,) the probability of having stopped at or before each."""

    units: Array
    stopped: Array

    def quantile(self, share: float) -> float:
        """Units by which this share of experiments has stopped, linear between looks; inf where it never does."""
        as_probabilities("share", share)
        late = int(np.searchsorted(self.stopped, share))
        if late == len(self.stopped):
            return inf
        units, stopped = np.r_[0.0, self.units][late : late + 2], np.r_[0.0, self.stopped][late : late + 2]
        return float(np.interp(share, stopped, units))

    def power(self, units: float) -> float:
        """Probability of having stopped by so many units; after the last look no more stop."""
        return float(np.interp(units, np.r_[0.0, self.units], np.r_[0.0, self.stopped]))
