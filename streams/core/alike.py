"""Metrics that are alike in everything but numbers: what is asked of one is asked of all of them in the same call."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple, TypeVar

import numpy as np

from stats.arrays import Array
from stats.sequential.base import Totals
from streams.core import sizes
from streams.core.cells import Matrix
from streams.core.definition import Experiment, Metric

Answer = TypeVar("Answer")


class Subject(NamedTuple):
    """A metric of an experiment, at looks (looks, cells)."""

    x: Experiment
    m: int
    looks: Matrix

    @property
    def metric(self) -> Metric:
        """Its definition."""
        return self.x.metrics[self.m]


Likeness = Callable[[Experiment, int], Hashable]
Ask = Callable[[Sequence[Subject]], Sequence[Answer]]


def by_likeness(subjects: Sequence[Subject], likeness: Likeness, ask: Ask[Answer]) -> list[Answer]:
    """What is answered of each, where one call answers for all that are alike."""
    found: dict[Hashable, list[int]] = {}
    for at, one in enumerate(subjects):
        found.setdefault((likeness(one.x, one.m), len(one.looks)), []).append(at)
    answers: dict[int, Answer] = {}
    for places in found.values():
        answers |= zip(places, ask([subjects[at] for at in places]), strict=True)
    return [answers[at] for at in range(len(subjects))]


@lru_cache(maxsize=2**14)
def token(_kind: Hashable) -> object:
    """The same object for all kinds that are equal, to be compared by identity: quicker than what it stands for."""
    return object()


@lru_cache(maxsize=2**14)
def shape(x: Experiment, m: int) -> Hashable:
    """How a metric is counted, and the arms that are compared."""
    block = x.layout.metrics[m]
    return type(x.metrics[m].counted), replace(block, start=0), x.control


@lru_cache(maxsize=2**14)
def rho(x: Experiment) -> Array:
    """(treatments, phases) probability of each treatment among itself and the control."""
    return np.array([sizes.rho(x, variant) for variant in x.treatments])


def read(subjects: Sequence[Subject]) -> dict[str, Totals]:
    """By reading, totals (designs, looks, treatments, phases, 2) of subjects of one shape."""
    (x, m, looks), blocks = subjects[0], [one.x.layout.metrics[one.m] for one in subjects]
    arms = [arm for variant in x.treatments for arm in (x.control, variant)]
    cells = np.concatenate([one.looks[:, b.start : b.stop] for one, b in zip(subjects, blocks, strict=True)])
    given = cells, replace(blocks[0], start=0), arms
    counted, lead = x.metrics[m].counted, (len(subjects), len(looks))
    readings = {"matured": counted.totals(*given), "early": counted.early(*given)}
    return {name: _by_treatment(totals, lead) for name, totals in readings.items() if totals is not None}


def _by_treatment(totals: Totals, lead: tuple[int, int]) -> Totals:
    """Of (designs * looks, phases, pairs of arms)."""
    return {name: cells.reshape(*lead, cells.shape[1], -1, 2).swapaxes(-3, -2) for name, cells in totals.items()}
