"""The evidence of an experiment as parallel tracks: one number per test and look, in a fixed order.

A track either declares something when it reaches its threshold, or is only shown.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from stats.arrays import Array
from streams.core.claims import kinds
from streams.core.definition import Experiment
from streams.core.testing import tests

HALVES = ("better", "early_better", "early_worse")  # they declare for what is shown two-sided
SRM = 0  # the first track


@dataclass(frozen=True, slots=True)
class Track:
    """One test of one variant: metric index, variant index, what it tests, its level and threshold (natural log)."""

    metric: int
    variant: int
    kind: str
    alpha: float
    threshold: float

    @property
    def reading(self) -> str:
        """Which reading of the outcomes it uses."""
        return "early" if self.kind.startswith("early") else "matured"


@lru_cache(maxsize=4096)
def tracks(x: Experiment) -> tuple[Track, ...]:
    """All tracks of an experiment, sample ratio first, then by metric, variant and kind."""
    return (_srm_track(x), *(track for m in range(len(x.metrics)) for track in _of_metric(x, m)))


@lru_cache(maxsize=4096)
def thresholds(x: Experiment) -> Array:
    """(tracks,) what each must reach."""
    return np.array([track.threshold for track in tracks(x)])


def _srm_track(x: Experiment) -> Track:
    alpha = x.spec.statistics.srm.alpha
    return Track(-1, -1, "srm", alpha, math.log(1 / alpha))


def _of_metric(x: Experiment, m: int) -> list[Track]:
    metric = x.metrics[m]
    return [_track(x, m, variant, kind) for variant in x.treatments for kind in kinds(metric)]


def _track(x: Experiment, m: int, variant: int, kind: str) -> Track:
    metric = x.metrics[m]
    level = x.spec.statistics.beta if kind == "futility" else metric.design.alpha
    return Track(m, variant, kind, level, math.log(_odds(x, m, kind) / level))


def _odds(x: Experiment, m: int, kind: str) -> int:
    """A half of a two-sided test declares at twice the odds."""
    if kind in ("early_better", "early_worse"):
        return 2
    both = x.metrics[m].spec.test == "superiority" and tests(x, m).matured.two_sided
    return 2 if kind in ("better", "harm") and both else 1
