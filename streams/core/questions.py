"""The questions of a look, put to the tests: one call for all experiments whose metrics are alike, however many.

So the price of a round of looks is the number of different questions, hardly the number of experiments.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from stats.arrays import Array
from stats.evidence import two_sided
from stats.sequential.base import SequentialTest, Totals
from stats.several import Several, likeness
from streams.core import sizes
from streams.core.alike import Subject, by_likeness, read, rho, shape, token
from streams.core.claims import Claim, claims, kinds
from streams.core.definition import Experiment
from streams.core.testing import tests

Tracks = dict[str, Array]


class Question(NamedTuple):
    """Claims that one call can tell of: of one test, about the same readings, at borders of one kind or at none."""

    test: SequentialTest
    readings: tuple[str, ...]
    relative: bool
    borders: tuple[float, ...]
    sides: tuple[int, ...]
    names: tuple[tuple[str, ...], ...]  # of tracks, by claim and reading


def evidence(subjects: Sequence[Subject]) -> list[Array]:
    """Log evidence (looks, tracks) of all that is tested of each metric: by treatment, then in the order of `kinds`."""
    return by_likeness(subjects, _kind, _evidence)


@lru_cache(maxsize=2**14)
def _kind(x: Experiment, m: int) -> Hashable:
    """What metrics have in common that can be asked about at once."""
    asked = [(likeness(q.test), q.readings, q.relative, any(q.borders), q.names) for q in questions(x, m)]
    return token((shape(x, m), x.metrics[m].spec.test, tests(x, m).matured.two_sided, tuple(asked)))


@lru_cache(maxsize=2**14)
def questions(x: Experiment, m: int) -> tuple[Question, ...]:
    """All that is asked of a metric; nothing without a size to look for."""
    return tuple(_questions(x, m)) if sizes.testable(x.metrics[m]) else ()


def _questions(x: Experiment, m: int) -> Iterator[Question]:
    asked: dict[Hashable, list[Claim]] = {}
    for claim, names in claims(x, m).items():
        border = claim.beyond
        asked.setdefault((claim.test, (*names.values(),), border.relative, border.size != 0), []).append(claim)
    for group in asked.values():
        told = [claims(x, m)[claim] for claim in group]
        yield Question(
            test=group[0].test,
            readings=(*told[0].values(),),
            relative=group[0].beyond.relative,
            borders=tuple(claim.beyond.size for claim in group),
            sides=tuple(claim.side for claim in group),
            names=tuple(map(tuple, told)),
        )


def _evidence(subjects: Sequence[Subject]) -> list[Array]:
    """Of metrics of one kind."""
    x, m, looks = subjects[0]
    told: Tracks = dict.fromkeys(kinds(x.metrics[m]), np.zeros((len(subjects), len(looks), len(x.treatments))))
    if questions(x, m):
        totals, odds = read(subjects), np.stack([rho(one.x) for one in subjects])
        for same in zip(*(questions(one.x, one.m) for one in subjects), strict=True):
            told |= _answers(same, totals, odds)
        told |= _together(told, both_sides=tests(x, m).matured.two_sided)
    tracks = np.stack([told[kind] for kind in kinds(x.metrics[m])], axis=-1)
    return list(tracks.reshape(*tracks.shape[:2], -1))


def _answers(same: Sequence[Question], totals: Mapping[str, Totals], odds: Array) -> Tracks:
    """(designs, looks, treatments) of every claim, by the name of its track."""
    first = same[0]
    given = {name: np.stack([totals[reading][name] for reading in first.readings]) for name in first.test.cells}
    sides, borders = (np.array(numbers).T for numbers in ([q.sides for q in same], [q.borders for q in same]))
    log_e = Several([q.test for q in same], odds).log_e(given, sides, borders, relative=first.relative)
    claimed = zip(first.names, log_e, strict=True)
    return {name: one for names, both in claimed for name, one in zip(names, both, strict=True)}


def _together(told: Tracks, *, both_sides: bool) -> Tracks:
    """What two claims say: of an effect on either side, of one between two margins."""
    joined = {}
    if "early_better" in told:
        joined["early"] = two_sided(told["early_better"], told["early_worse"])
    if "better" in told:
        joined["superiority"] = two_sided(told["better"], told["harm"]) if both_sides else told["better"]
    if "not_better" in told:
        joined["equivalence"] = np.minimum(told["non_inferiority"], told["not_better"])
    return joined
