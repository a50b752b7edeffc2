"""A definition made ready for counting and testing: instants, indices and predicates instead of texts."""

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from stats.sequential.base import Design
from streams.core.cells import Layout
from streams.core.conditions import Predicate, look_up, predicate
from streams.core.designs import design
from streams.core.events import micros
from streams.core.methods import EARLY, method
from streams.core.outcomes.base import Outcome
from streams.core.outcomes.choice import Source, counted, sources
from streams.core.schema import Assignment, Definition
from streams.core.schema import Metric as MetricSpec

GLANCE_BACK = 60_000  # ms before entry in which a conversion is counted as `before_exposure`


@dataclass(frozen=True, slots=True)
class Metric:
    """What counts for one metric: events of its sources from entry + opens to entry + closes (exclusive)."""

    spec: MetricSpec
    opens: int
    closes: int
    sources: tuple[Source, ...]  # a ratio has two: numerator, denominator
    counted: Outcome
    method: str
    design: Design

    @property
    def outcome(self) -> str:
        """The kind of outcome, as tests know it."""
        return self.counted.name

    @property
    def baseline(self) -> float | None:
        """The declared mean, in the metric's own unit."""
        return self.design.baseline

    @property
    def cap(self) -> int | None:
        """The most a unit counts for, in millionths."""
        return None if self.spec.cap is None else micros(self.spec.cap.value)

    @property
    def has_early(self) -> bool:
        """Whether a unit is a yes or a no as soon as it converts: there is an early reading."""
        return self.spec.type in EARLY


@dataclass(frozen=True, slots=True, eq=False)
class Experiment:
    """One epoch of an experiment. All times in ms. Compared by identity: one object for one accepted version."""

    spec: Definition
    epoch: int
    config_hash: str
    effective_from: int | None
    variants: tuple[str, ...]
    phase_starts: tuple[int, ...]
    weights: tuple[tuple[float, ...], ...]
    metrics: tuple[Metric, ...]
    eligible: Predicate | None
    layout: Layout
    lateness: int  # how long after its event time a record still counts
    closings: tuple[int, ...]  # distinct ends of windows after entry, ascending
    control: int  # index among the variants
    treatments: tuple[int, ...]  # of all others
    names: frozenset[str]  # events that some metric counts
    covariates: tuple[tuple[str, ...], ...]  # paths of attributes that are kept of an entry

    @property
    def id(self) -> str:
        """The name everyone uses."""
        return self.spec.metadata.id

    @property
    def longest(self) -> int:
        """From entry to the end of the last window."""
        return self.closings[-1]

    def matured(self, entry: int, clock: int) -> int:
        """How many of the closings have matured for a unit that entered then."""
        return bisect_right(self.closings, clock - entry - self.lateness)

    def next_maturity(self, entry: int, clock: int) -> int | None:
        """When the next one will, if any is left."""
        done = self.matured(entry, clock)
        return entry + self.closings[done] + self.lateness if done < len(self.closings) else None

    def closes(self, entry: int) -> int:
        """From when on nothing that is not late can change what the unit did; only a second arm can."""
        return entry + self.longest + 2 * self.lateness

    @property
    def expires(self) -> float:
        """From when on nothing can change what any unit did; never, if nobody has said when it stops."""
        stop = self.spec.schedule.stop_at
        return inf if stop is None else self.closes(stop)

    def phase(self, entry: int) -> int:
        """Index of the allocation in force at an entry time."""
        return bisect_right(self.phase_starts, entry)

    def warms_up(self, entry: int) -> bool:
        """Whether a unit with that entry time never enters."""
        return self.effective_from is not None and entry < self.effective_from + self.spec.schedule.warmup

    def covariates_at(self, attributes: Mapping[str, Any]) -> tuple[int, ...]:
        """Covariates of an exposure, in millionths."""
        return tuple([micros(look_up(attributes, path)) for path in self.covariates]) if self.covariates else ()

    def runs_at(self, time: int) -> bool:
        """Whether an exposure at that event time belongs to the experiment."""
        schedule = self.spec.schedule
        started = schedule.start_at is None or time >= schedule.start_at
        return started and (schedule.stop_at is None or time < schedule.stop_at)

    def starting(self, effective_from: int) -> "Experiment":
        """The experiment with its epoch starting then, unless the definition says when."""
        return self if self.effective_from is not None else replace(self, effective_from=effective_from)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The experiments in force, by id."""

    experiments: Mapping[str, Experiment]

    def __iter__(self) -> Iterator[Experiment]:
        return iter(self.experiments.values())

    def starting(self, effective_from: int) -> "Catalogue":
        """Every experiment whose start is not declared starts then."""
        return Catalogue({key: one.starting(effective_from) for key, one in self.experiments.items()})


def compile_definition(spec: Definition, canonical: bytes) -> Experiment:
    """Make a checked definition ready; `canonical` is its canonical JSON, which names it from here on."""
    attributes = tuple({metric.covariate.attr: None for metric in spec.metrics if metric.covariate is not None})
    metrics = tuple(_metric(spec, metric, attributes) for metric in spec.metrics)
    weights = _weights(spec.assignment)
    roles = [variant.role for variant in spec.assignment.variants]
    return Experiment(
        spec=spec,
        epoch=1,
        config_hash=hashlib.sha256(canonical).hexdigest(),
        effective_from=spec.schedule.start_at,
        variants=tuple(variant.key for variant in spec.assignment.variants),
        phase_starts=tuple(phase.from_ for phase in spec.assignment.phases),
        weights=weights,
        metrics=metrics,
        eligible=predicate(spec.assignment.eligibility),
        layout=Layout.of(len(weights), len(weights[0]), [metric.counted.cells for metric in metrics]),
        lateness=int(spec.exposure.lateness),
        closings=tuple(sorted({metric.closes for metric in metrics})),
        control=roles.index("control"),
        treatments=tuple(i for i, role in enumerate(roles) if role != "control"),
        names=frozenset(source.event for metric in metrics for source in metric.sources),
        covariates=tuple(tuple(attribute.split(".")) for attribute in attributes),
    )


def _metric(whole: Definition, spec: MetricSpec, attributes: tuple[str, ...]) -> Metric:
    opens = spec.window.delay
    return Metric(
        spec=spec,
        opens=opens,
        closes=opens + spec.window.length,
        sources=sources(spec),
        counted=counted(spec, attributes),
        method=method(whole.statistics, spec),
        design=design(whole, spec),
    )


def _weights(assignment: Assignment) -> tuple[tuple[float, ...], ...]:
    """Weights of every phase in the order of the variants; a phase that only changes coverage keeps the last ones."""
    rows = [tuple(variant.weight for variant in assignment.variants)]
    for phase in assignment.phases:
        keys = (variant.key for variant in assignment.variants)
        rows.append(rows[-1] if phase.weights is None else tuple(phase.weights[key] for key in keys))
    return tuple(rows)
