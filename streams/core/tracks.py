"""The evidence of an experiment as parallel tracks: one number per test and look, in a fixed order.

A track either declares something when it reaches its threshold, or is only shown.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from stats.arrays import Array
from stats.multiplicity import bonferroni, closed, holm
from stats.sequential.multinomial import srm
from streams.core.cells import Matrix
from streams.core.claims import evidence as claimed
from streams.core.claims import kinds
from streams.core.definition import Experiment
from streams.core.shown import floats
from streams.core.testing import tests

HALVES = ("better", "early_better", "early_worse")  # they declare for what is shown two-sided
ADJUSTED = ("better", "harm", "non_inferiority", "equivalence")
DIGITS = 9  # evidence is compared and kept to 1e-9, so that platforms agree
SRM = 0  # the first track
CEILING = 700.0  # beyond it a p-value is zero in floats


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


def evidence(x: Experiment, looks: Matrix) -> Array:
    """Log evidence (looks, tracks) of every track at every look."""
    columns = [_sample_ratio(x, looks)]
    for m, metric in enumerate(x.metrics):
        found = claimed(x, m, looks)
        columns += [found[variant][kind] for variant in x.treatments for kind in kinds(metric)]
    return np.asarray(np.round(np.stack(columns, axis=-1), DIGITS) + 0.0)


def _sample_ratio(x: Experiment, looks: Matrix) -> Array:
    entered = floats(x.layout.units.field(looks, "entered"))
    return srm(entered, np.array(x.weights), x.spec.statistics.srm.prior_strength)


def adjusted(x: Experiment, log_e: Array, highest: Array) -> Array:
    """What is compared with the thresholds: evidence corrected over the variants of a metric (looks, tracks).

    `highest` is the running maximum of `log_e`: corrections of p-values apply to it, averages to the evidence itself.
    """
    out = log_e.copy()
    for columns in _families(x):
        corrected = _correct(x.spec.statistics.multiplicity, log_e[:, columns], highest[:, columns])
        out[:, columns] = np.round(corrected, DIGITS)
    return out


@lru_cache(maxsize=4096)
def _families(x: Experiment) -> list[list[int]]:
    families: dict[tuple[int, str], list[int]] = {}
    for i, track in enumerate(tracks(x)):
        if track.kind in ADJUSTED and x.metrics[track.metric].spec.role == "primary":
            families.setdefault((track.metric, track.kind), []).append(i)
    return [columns for columns in families.values() if len(columns) > 1]


def _correct(how: str, log_e: Array, highest: Array) -> Array:
    if how == "closed":
        return closed(log_e)
    if how == "none":
        return log_e
    return -np.log((holm if how == "holm" else bonferroni)(np.exp(-np.clip(highest, 0, CEILING))))


def any_primary(x: Experiment, best: Array) -> Array:
    """Harm on *any* of several primaries: Holm over their corrected maxima (looks, tracks)."""
    primaries = [m for m, metric in enumerate(x.metrics) if metric.spec.role == "primary"]
    if len(primaries) < 2:
        return best
    out = best.copy()
    for variant in x.treatments:
        columns = [
            i for i, t in enumerate(tracks(x)) if t.kind == "harm" and t.variant == variant and t.metric in primaries
        ]
        odds = np.array([tracks(x)[i].threshold + math.log(tracks(x)[i].alpha) for i in columns])
        p = np.minimum(1, np.exp(odds - np.minimum(best[:, columns], CEILING)))
        out[:, columns] = odds - np.log(holm(p))
    return out
