"""What is claimed of treatments: each claim is a test's evidence for an effect on one side of one border.

All of it comes from `log_e` of the metric's test, whatever the test is. A border that the test can't place is left to
the label bet, which is exact for every rate. One call asks for all looks, both readings if one test reads both, and all
treatments that are as probable: the price of a look is the number of calls.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from stats.arrays import Array
from stats.evidence import two_sided
from stats.sequential.base import NO_EFFECT, Effect, SequentialTest, Totals
from streams.core import sizes
from streams.core.cells import Matrix
from streams.core.definition import Experiment, Metric
from streams.core.testing import tests

Tracks = dict[str, Array]
Named = Iterator[tuple[str, "Claim"]]


class Claim(NamedTuple):
    """That the effect lies on one side (1: above) of a border, and the test that looks for it."""

    test: SequentialTest
    side: int
    beyond: Effect = NO_EFFECT


def kinds(metric: Metric) -> tuple[str, ...]:
    """What is tested of a metric, in the order of its tracks."""
    early = ("early", "early_better", "early_worse") if metric.has_early else ()
    if metric.spec.test == "superiority":
        return (*early, "superiority", "better", "harm", "futility")
    return (*early, metric.spec.test, "harm")


def evidence(x: Experiment, m: int, looks: Matrix) -> dict[int, Tracks]:
    """Log evidence (looks,) of all that is tested of metric `m`, by treatment and name of the track."""
    if not sizes.testable(x.metrics[m]):
        return {variant: dict.fromkeys(kinds(x.metrics[m]), np.zeros(len(looks))) for variant in x.treatments}
    found: dict[int, Tracks] = {}
    for rho, variants in _as_probable(x).items():
        told = _told(x, m, variants, looks, rho)
        found |= {v: {kind: log_e[:, i] for kind, log_e in told.items()} for i, v in enumerate(variants)}
    return found


@lru_cache(maxsize=4096)
def _as_probable(x: Experiment) -> dict[tuple[float, ...], list[int]]:
    """Treatments by their probability among themselves and the control, by phase."""
    found: dict[tuple[float, ...], list[int]] = {}
    for variant in x.treatments:
        found.setdefault(tuple(sizes.rho(x, variant)), []).append(variant)
    return found


def _told(x: Experiment, m: int, variants: list[int], looks: Matrix, rho: tuple[float, ...]) -> Tracks:
    """(looks, variants) of every claim, and of what claims say together."""
    told: Tracks = {}
    arms = [arm for variant in variants for arm in (x.control, variant)]
    counted, given = x.metrics[m].counted, (looks, x.layout.metrics[m], arms)
    read = {"matured": counted.totals(*given), "early": counted.early(*given) or {}}

    @cache
    def totals(readings: tuple[str, ...], names: tuple[str, ...]) -> Totals:
        return {name: _paired(np.stack([read[reading][name] for reading in readings])) for name in names}

    for (test, side, beyond), asked in claims(x, m).items():
        log_e = test.log_e(totals(tuple(asked.values()), test.cells), rho, side, beyond)
        told |= dict(zip(asked, log_e, strict=True))
    return told | _together(told, both_sides=tests(x, m).matured.two_sided)


def _paired(cells: Matrix) -> Matrix:
    """(..., variants, phases, 2) of (..., phases, pairs of arms)."""
    return cells.reshape(*cells.shape[:-1], -1, 2).swapaxes(-3, -2)


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


@lru_cache(maxsize=4096)
def claims(x: Experiment, m: int) -> dict[Claim, dict[str, str]]:
    """What is looked for in metric `m`: the names of each claim, by the reading that it is made of."""
    asked: dict[Claim, dict[str, str]] = {}
    for kind, claim in (*_early(x, m), *ASKED[x.metrics[m].spec.test](x, m)):
        asked.setdefault(claim, {})[kind] = "early" if kind.startswith("early") else "matured"
    return asked


def _early(x: Experiment, m: int) -> Named:
    good, test = sizes.good_side(x.metrics[m]), tests(x, m).early
    if x.metrics[m].has_early:
        yield "early_better", Claim(test, good)
        yield "early_worse", Claim(test, -good)


def _superiority(x: Experiment, m: int) -> Named:
    good, test = sizes.good_side(x.metrics[m]), tests(x, m).matured
    yield "better", Claim(test, good)
    yield "harm", Claim(test, -good)
    yield "futility", _beyond(x, m, -good, sizes.worth(x.metrics[m]), good)


def _non_inferiority(x: Experiment, m: int) -> Named:
    good = sizes.good_side(x.metrics[m])
    yield "non_inferiority", _beyond(x, m, good, sizes.margin(x.metrics[m]), -good)
    yield "harm", _beyond(x, m, -good, sizes.margin(x.metrics[m]), -good)


def _equivalence(x: Experiment, m: int) -> Named:
    good = sizes.good_side(x.metrics[m])
    yield from _non_inferiority(x, m)
    yield "not_better", _beyond(x, m, -good, sizes.margin(x.metrics[m]), good)


def _beyond(x: Experiment, m: int, side: int, border: Effect, at: int) -> Claim:
    """An effect on one side of a border that lies above zero (`at` 1) or below."""
    return Claim(tests(x, m).placing(border), side, replace(border, size=at * border.size))


ASKED = {"superiority": _superiority, "non_inferiority": _non_inferiority, "equivalence": _equivalence}
