"""What the counting rules need of a definition, with the defaults of the contract. Times in ms."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import inf
from typing import Any

from streams.audit.counting.lines import milliseconds

UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
MILLION = 1_000_000

Object = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """Events that add up: their values, or how many they are."""

    event: str
    filter: Object | None
    of_values: bool


@dataclass(frozen=True)
class Metric:
    """What is counted, and in which window after the entry. Cap and threshold in millionths."""

    id: str
    type: str
    parts: tuple[Part, ...]  # a ratio has two: numerator and denominator
    delay: int
    length: int
    cap: int | None
    threshold: int | None
    covariate: str | None

    @property
    def own(self) -> Part:
        """What makes a unit one that converted."""
        return self.parts[0]


@dataclass(frozen=True)
class Experiment:
    """One definition."""

    id: str
    variants: list[str]
    metrics: list[Metric]
    names: frozenset[str]  # events that some metric counts
    phases: list[int]
    accept: list[str]
    multi_variant: str
    skew: int
    lateness: int
    eligibility: Object | None
    consent: str | None
    start: int | None
    stop: int | None
    warmup: int

    @property
    def forgotten(self) -> float:
        """When the windows of the last unit that could enter have closed, twice the lateness included."""
        longest = max(m.delay + m.length for m in self.metrics)
        return inf if self.stop is None else self.stop + longest + 2 * self.lateness

    def phase(self, entry: int) -> int:
        """Index of the allocation in force."""
        return bisect_right(self.phases, entry)


def experiment(definition: Object) -> Experiment:
    """Of a definition as it is written, known to be runnable."""
    exposure, schedule = definition.get("exposure") or {}, definition.get("schedule") or {}
    assignment, metrics = definition["assignment"], [metric(m) for m in definition["metrics"]]
    return Experiment(
        id=definition["metadata"]["id"],
        variants=[variant["key"] for variant in assignment["variants"]],
        metrics=metrics,
        names=frozenset(part.event for m in metrics for part in m.parts),
        phases=[milliseconds(written(phase["from"])) for phase in assignment.get("phases") or []],
        accept=exposure.get("accept", ["exposure"]),
        multi_variant=exposure.get("multi_variant", "exclude"),
        skew=duration(exposure.get("clock_skew", "5m")),
        lateness=duration(exposure.get("lateness", "5m")),
        eligibility=assignment.get("eligibility"),
        consent=(definition.get("privacy") or {}).get("require_consent"),
        start=instant(schedule.get("start_at")),
        stop=instant(schedule.get("stop_at")),
        warmup=duration(schedule.get("warmup", "0s")),
    )


def metric(m: Object) -> Metric:
    """Of one of its metrics."""
    window, below = m["window"], m.get("denominator")
    values = m["type"] in ("continuous", "quantile") or (m["type"] == "ratio" and m.get("numerator") != "count")
    own = part(m, of_values=values)
    return Metric(
        id=m["id"],
        type=m["type"],
        parts=(own,) if below is None else (own, part(below, of_values=below.get("value", False))),
        delay=duration(window.get("delay", "0s")),
        length=duration(window["length"]),
        cap=millionths((m.get("cap") or {}).get("value")),
        threshold=millionths(m.get("threshold")),
        covariate=(m.get("covariate") or {}).get("attr"),
    )


def part(written_: Object, *, of_values: bool) -> Part:
    """Of a metric, or of its denominator."""
    return Part(written_["event"], written_.get("filter"), of_values)


def millionths(value: float | None) -> int | None:
    """A declared amount as an integer."""
    return None if value is None else round(value * MILLION)


def duration(text: str) -> int:
    """Such as 30m."""
    count, unit = re.fullmatch(r"(\d+)([a-z]+)", text, re.ASCII).groups()  # type: ignore[union-attr]  # checked before
    return int(count) * UNITS[unit]


def instant(value: Any) -> int | None:
    """A declared moment, if there is one."""
    return None if value is None else milliseconds(written(value))


def written(value: str | date) -> str:
    """YAML reads an unquoted time by itself; without a zone it means UTC."""
    if isinstance(value, str):
        return value
    if not isinstance(value, datetime):
        return f"{value.isoformat()}T00:00:00Z"
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
