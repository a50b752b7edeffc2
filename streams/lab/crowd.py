"""Simulated users with a known truth: who meets which variant, and what they do afterwards."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any, NamedTuple

from msgspec import Struct

from streams.core.definition import Catalogue, Experiment, Metric
from streams.core.times import format_instant

PROMPT = 0.8  # share of a window in which its conversions happen


class Ends(Struct, frozen=True, forbid_unknown_fields=True):
    """The state in which an experiment must end."""

    verdict: str
    action: str
    variant: str | None = None


class Truth(Struct, frozen=True, forbid_unknown_fields=True):
    """What is really so in one experiment; what is not given follows the definition.

    `split` gives the real shares of the variants, `rates` by metric and variant the real conversion rates.
    """

    split: Mapping[str, float] = {}
    rates: Mapping[str, Mapping[str, float]] = {}
    says: str = ""
    ends: Ends | None = None


class Happening(NamedTuple):
    """An event to send at `time` (ms): by which user, to which source, and what it tells.

    `told` is (experiment, variant, `exposures` or a metric): the truth to be recounted.
    """

    time: int
    number: int
    kind: str
    unit: str
    told: tuple[str, str, str]
    event: dict[str, Any]


@dataclass
class Crowd:
    """An endless, reproducible stream of users.

    Args:
        catalogue: experiments they meet; every user meets one.
        truths: by experiment id.
        rate: users per second over all experiments.
        seed: the same seed and start give the same events.
        start: when the first user comes (ms).
    """

    catalogue: Catalogue
    truths: Mapping[str, Truth]
    rate: float
    seed: int
    start: int

    def happenings(self) -> Iterator[Happening]:
        """Events in the order of their times."""
        chance, experiments, waiting = random.Random(self.seed), tuple(self.catalogue), list[Happening]()  # noqa: S311
        number, clock = 0, float(self.start)
        while True:
            clock += chance.expovariate(self.rate) * 1000
            while waiting and waiting[0].time <= clock:
                yield heappop(waiting)
            for happening in self._visit(chance, experiments[number % len(experiments)], number, int(clock)):
                heappush(waiting, happening)
            number += 1

    def _visit(self, chance: random.Random, x: Experiment, number: int, time: int) -> Iterator[Happening]:
        truth, unit = self.truths.get(x.id, Truth()), f"{self.seed}-{number}"
        variant = _draw(chance, x, truth)
        yield Happening(
            time, number, "exposures", unit, (x.id, variant, "exposures"), _exposure(x, variant, unit, time)
        )
        for metric in x.metrics:
            if chance.random() < _rate(x, metric, truth, variant):
                later = time + metric.opens + int(chance.random() * PROMPT * (metric.closes - metric.opens))
                told = (x.id, variant, metric.spec.id)
                yield Happening(later, number, "conversions", unit, told, _conversion(metric, unit, later))


def _draw(chance: random.Random, x: Experiment, truth: Truth) -> str:
    weights = dict(zip(x.variants, x.weights[x.phase(0)], strict=True)) | dict(truth.split)
    return chance.choices(x.variants, [weights[variant] for variant in x.variants])[0]


def _rate(x: Experiment, metric: Metric, truth: Truth, variant: str) -> float:
    """The declared baseline, and for a treatment the effect it was declared to look for, unless the truth is told."""
    given = truth.rates.get(metric.spec.id, {})
    if variant in given:
        return given[variant]
    baseline = metric.spec.baseline.mean if metric.spec.baseline and metric.has_early else 0.05
    hoped = (
        0.0 if variant == x.variants[x.control] or metric.spec.role != "primary" else metric.spec.mde.relative or 0.0
    )
    return min(1.0, baseline * (1 + hoped if metric.spec.direction == "increase" else 1 - hoped))


def _exposure(x: Experiment, variant: str, unit: str, time: int) -> dict[str, Any]:
    data = {"experiment_id": x.id, "variant": variant, "unit_id": unit, "assignment_reason": "split"}
    return _cloud_event("exposure", f"{unit}-{x.id}", unit, time, data)


def _conversion(metric: Metric, unit: str, time: int) -> dict[str, Any]:
    data: dict[str, Any] = {"event": metric.spec.event, "unit_id": unit}
    if metric.spec.type == "continuous":
        data["value"] = metric.spec.baseline.mean if metric.spec.baseline else 1.0
    return _cloud_event("conversion", f"{unit}-{metric.spec.id}", unit, time, data)


def _cloud_event(kind: str, id_: str, unit: str, time: int, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": id_,
        "source": "/loadgen",
        "type": f"peekproof.{kind}.v1",
        "subject": f"user:{unit}",
        "time": format_instant(time),
        "datacontenttype": "application/json",
        "data": data,
    }
