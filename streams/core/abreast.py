"""Experiments abreast: their tracks side by side in one array (looks, tracks of all), in the order of the experiments.

What is done to one track is done to all of them in one go; what several tracks share, to all that share alike.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from stats.arrays import Array
from stats.multiplicity import bonferroni, closed, holm
from stats.sequential.multinomial import srm
from streams.core.alike import Subject, by_likeness
from streams.core.cells import Matrix
from streams.core.definition import Experiment
from streams.core.lately import Lately
from streams.core.questions import evidence as asked
from streams.core.shown import floats
from streams.core.tracks import tracks

ADJUSTED = ("better", "harm", "non_inferiority", "equivalence")
DIGITS = 9  # evidence is compared and kept to 1e-9, so that platforms agree
CEILING = 700.0  # beyond it a p-value is zero in floats

Abreast = Sequence[Experiment]

lately = Lately(asked)


class Family(NamedTuple):
    """Tracks that share a level: how it is shared, and which columns of their experiment they are."""

    how: str
    columns: list[int]


Families = Callable[[Experiment], list[Family]]


def starts(xs: Abreast) -> list[int]:
    """First column of each experiment, and the number of all."""
    return [0, *accumulate(len(tracks(x)) for x in xs)]


def evidence(xs: Abreast, looks: Sequence[Matrix]) -> Array:
    """Log evidence of every track, from as many looks (looks, cells) at each experiment."""
    told = iter(lately([Subject(x, m, seen) for x, seen in zip(xs, looks, strict=True) for m in range(len(x.metrics))]))
    columns = []
    for x, sample_ratio in zip(xs, _sample_ratios(xs, looks), strict=True):
        columns += [sample_ratio, *(next(told) for _ in x.metrics)]
    return np.asarray(np.round(np.concatenate(columns, axis=-1), DIGITS) + 0.0)


def _sample_ratios(xs: Abreast, looks: Sequence[Matrix]) -> list[Array]:
    subjects = [Subject(x, -1, seen) for x, seen in zip(xs, looks, strict=True)]
    return by_likeness(subjects, lambda x, _: (len(x.weights), len(x.variants)), _of_sample_ratio)


def _of_sample_ratio(subjects: Sequence[Subject]) -> list[Array]:
    entered = np.stack([x.layout.units.field(looks, "entered") for x, _, looks in subjects])
    weights, strength = zip(*((x.weights, x.spec.statistics.srm.prior_strength) for x, _, _ in subjects), strict=True)
    return list(srm(floats(entered), np.array(weights)[:, None], np.reshape(strength, (-1, 1, 1)))[..., None])


def adjusted(xs: Abreast, log_e: Array, highest: Array) -> Array:
    """What is compared with the thresholds: evidence corrected over the variants of a metric.

    `highest` is the running maximum of `log_e`: corrections of p-values apply to it, averages to the evidence itself.
    """
    out = log_e.copy()
    for how, columns in _side_by_side(xs, _over_variants):
        out[:, columns] = np.round(_correct(how, log_e[:, columns], highest[:, columns]), DIGITS)
    return out


def any_primary(xs: Abreast, best: Array) -> Array:
    """Harm on *any* of several primaries: Holm over their corrected maxima."""
    out = best.copy()
    odds = np.concatenate([_odds(x) for x in xs])
    for _, columns in _side_by_side(xs, _over_primaries):
        p = np.minimum(1, np.exp(odds[columns] - np.minimum(best[:, columns], CEILING)))
        out[:, columns] = odds[columns] - np.log(holm(p))
    return out


def _side_by_side(
    xs: Abreast, families: Families
) -> Iterator[tuple[str, np.ndarray[tuple[int, int], np.dtype[np.int64]]]]:
    """Columns (families, members) of all families of one size that share their level in the same way."""
    found: dict[tuple[str, int], list[list[int]]] = {}
    for x, start in zip(xs, starts(xs), strict=False):
        for how, columns in families(x):
            found.setdefault((how, len(columns)), []).append([start + column for column in columns])
    for (how, _), rows in found.items():
        yield how, np.array(rows)


@lru_cache(maxsize=4096)
def _over_variants(x: Experiment) -> list[Family]:
    families: dict[tuple[int, str], list[int]] = {}
    for i, track in enumerate(tracks(x)):
        if track.kind in ADJUSTED and x.metrics[track.metric].spec.role == "primary":
            families.setdefault((track.metric, track.kind), []).append(i)
    return [Family(x.spec.statistics.multiplicity, columns) for columns in families.values() if len(columns) > 1]


@lru_cache(maxsize=4096)
def _over_primaries(x: Experiment) -> list[Family]:
    families: dict[int, list[int]] = {}
    for i, track in enumerate(tracks(x)):
        if track.kind == "harm" and x.metrics[track.metric].spec.role == "primary":
            families.setdefault(track.variant, []).append(i)
    return [Family("holm", columns) for columns in families.values() if len(columns) > 1]


@lru_cache(maxsize=4096)
def _odds(x: Experiment) -> Array:
    """(tracks,) log of the odds at which each declares, before its level."""
    return np.array([track.threshold + math.log(track.alpha) for track in tracks(x)])


def _correct(how: str, log_e: Array, highest: Array) -> Array:
    if how == "closed":
        return closed(log_e)
    if how == "none":
        return log_e
    return -np.log((holm if how == "holm" else bonferroni)(np.exp(-np.clip(highest, 0, CEILING))))
