"""What the counting rules need of a definition, with the defaults of the contract."""

from dataclasses import dataclass
from datetime import datetime

from tests.oracle.lines import milliseconds

UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
MILLION = 1_000_000


@dataclass(frozen=True)
class Part:
    """Events that add up: their values, or how many they are."""

    event: str
    filter: dict | None
    of_values: bool


@dataclass(frozen=True)
class Metric:
    id: str
    type: str
    own: Part
    below: Part | None
    delay: int
    length: int
    cap: int | None
    threshold: int | None
    covariate: str | None

    @property
    def parts(self):
        return [self.own] if self.below is None else [self.own, self.below]

    @property
    def events(self):
        return {part.event for part in self.parts}


@dataclass(frozen=True)
class Experiment:
    id: str
    variants: list
    metrics: list
    accept: list
    multi_variant: str
    skew: int
    lateness: int
    eligibility: dict | None
    consent: str | None
    start: int | None
    stop: int | None
    warmup: int


def experiment(definition):
    exposure, schedule = definition.get("exposure") or {}, definition.get("schedule") or {}
    assignment = definition["assignment"]
    return Experiment(
        id=definition["metadata"]["id"],
        variants=[variant["key"] for variant in assignment["variants"]],
        metrics=[metric(m) for m in definition["metrics"]],
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


def metric(m):
    window, below = m["window"], m.get("denominator")
    values = m["type"] in ("continuous", "quantile") or (m["type"] == "ratio" and m.get("numerator") != "count")
    return Metric(
        id=m["id"],
        type=m["type"],
        own=Part(m["event"], m.get("filter"), values),
        below=below and Part(below["event"], below.get("filter"), below.get("value", False)),
        delay=duration(window.get("delay", "0s")),
        length=duration(window["length"]),
        cap=millionths((m.get("cap") or {}).get("value")),
        threshold=millionths(m.get("threshold")),
        covariate=(m.get("covariate") or {}).get("attr"),
    )


def millionths(value):
    return None if value is None else round(value * MILLION)


def duration(written):
    return int(written[:-1]) * UNITS[written[-1]]


def instant(written):
    if isinstance(written, datetime):  # YAML reads an unquoted time as one
        written = written.isoformat()
    return None if written is None else milliseconds(written)
