"""A unit with at least one accepted exposure, and all it did in one experiment (rules 4-9)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from streams.audit.counting.definitions import MILLION, Experiment, Metric, Part
from streams.audit.counting.filters import find, matches
from streams.audit.counting.judging import names
from streams.audit.counting.lines import Event
from streams.audit.counting.outcomes import Row

A_MINUTE = 60_000
LARGEST_UNIT = 1_000
LARGEST_NUMBER = 9_000_000_000_000


class Unit:
    """One unit; `begin` is the start of the epoch."""

    __slots__ = (
        "arm",
        "contaminated",
        "conversions",
        "copies",
        "counted",
        "entries",
        "entry",
        "forgotten",
        "lateness",
        "metrics",
        "phase",
        "reversals",
        "warming_up",
    )

    def __init__(self, x: Experiment, begin: int, exposures: Sequence[Event], conversions: Sequence[Event]) -> None:
        self.metrics, self.lateness, self.forgotten = x.metrics, x.lateness, x.forgotten
        first = min(exposures, key=lambda e: (e.time, x.variants.index(e.data["variant"])))
        self.entry, self.arm, self.phase = first.time, first.data["variant"], x.phase(first.time)
        self.entries = [e for e in exposures if (e.time, e.data["variant"]) == (self.entry, self.arm)]
        self.contaminated = len({e.data["variant"] for e in exposures}) > 1
        self.warming_up = self.entry < begin + x.warmup
        self.counted = not self.warming_up and not (self.contaminated and x.multi_variant == "exclude")
        visible = [e for e in conversions if e.time >= self.entry - self.lateness - A_MINUTE]
        self.reversals = [e for e in visible if e.data.get("reverses") is not None]
        self.copies = [e for e in visible if e.data.get("reverses") is None and names(e, x)]
        self.conversions = distinct(self.copies)

    def duplicates(self) -> int:
        """Copies inside a window, minus the distinct ones."""
        inside = [e for e in self.copies if any(self.inside(e, m) for m in self.metrics)]
        return len(inside) - len({e.identity for e in inside})

    def inside(self, event: Event, metric: Metric) -> bool:
        """Whether it may count for the metric."""
        begin = self.entry + metric.delay
        return begin <= event.time < begin + metric.length and fits(event, metric)

    def used(self, metric: Metric) -> list[Event]:
        """The conversions in the window; of too many, a thousand."""
        return [e for e in self.conversions if self.inside(e, metric)][:LARGEST_UNIT]

    def matures(self, metric: Metric) -> int:
        """The clock at which nothing can change any more."""
        return self.entry + metric.delay + metric.length + self.lateness

    def standing(self, metric: Metric) -> list[Event]:
        """The used conversions that were not reversed in time."""
        in_time = [e for e in self.reversals if e.recorded < self.matures(metric)]
        reversed_ones = {(e.source, e.data["reverses"]) for e in in_time}
        return [e for e in self.used(metric) if e.identity not in reversed_ones]

    def covariate(self, path: str) -> int:
        """The smallest number known at the entry, in millionths."""
        return min(micros_of(find(e.data.get("attributes") or {}, path)) for e in self.entries)

    def row(self, metric: Metric) -> Row:
        """The unit in a metric that has matured."""
        events = self.standing(metric)
        return Row(
            acted=bool(self.used(metric)),
            converted=any(belongs(e, metric.own) for e in events),
            sums=[total(part, events) for part in metric.parts],
            x=self.covariate(metric.covariate) if metric.covariate else 0,
        )

    def excluded(self) -> Mapping[str, int]:
        """Events that are told but not used."""
        within = [(e, [m for m in self.metrics if self.inside(e, m)]) for e in self.conversions]
        used = {m.id: {e.identity for e in self.used(m)} for m in self.metrics}
        return {
            "drift": sum(max(map(self.matures, self.metrics)) <= e.recorded < self.forgotten for e in self.reversals),
            "before_exposure": sum(self.just_before(e) for e in self.conversions),
            "missing_value": sum(any(lacks_value(e, m) for m in inside) for e, inside in within),
            "over_cap": sum(any(e.identity not in used[m.id] for m in inside) for e, inside in within),
        }

    def just_before(self, event: Event) -> bool:
        """A minute before the entry at most, and of use otherwise."""
        return self.entry - A_MINUTE <= event.time < self.entry and any(fits(event, m) for m in self.metrics)


def belongs(event: Event, part: Part) -> bool:
    """Whether the part adds it up."""
    return event.data["event"] == part.event and matches(part.filter, event.data)


def fits(event: Event, metric: Metric) -> bool:
    """Whether the metric does."""
    return any(belongs(event, part) for part in metric.parts)


def lacks_value(event: Event, metric: Metric) -> bool:
    """Whether its value is asked for and not there."""
    wanted = any(part.of_values and belongs(event, part) for part in metric.parts)
    return wanted and event.data.get("value") is None


def distinct(copies: Sequence[Event]) -> list[Event]:
    """Of the copies of each conversion the smallest, in the order of the hashes of their identities."""
    smallest: dict[tuple[str, str], Event] = {}
    for event in sorted(copies, key=order):
        smallest.setdefault(event.identity, event)
    return [smallest[identity] for identity in sorted(smallest, key=hashed)]


def order(event: Event) -> tuple[int, str, float]:
    """Of copies."""
    return event.time, event.data["event"], -1 if event.data.get("value") is None else event.data["value"]


def hashed(identity: tuple[str, str]) -> bytes:
    """BLAKE2b, 8 bytes, of the length of the source, both texts, and a colon between."""
    source, id_ = identity
    return blake2b(f"{len(source)}:{source}{id_}".encode(), digest_size=8).digest()


def total(part: Part, events: Sequence[Event]) -> int:
    """Of one unit, in millionths."""
    own = [e for e in events if belongs(e, part)]
    return sum(millionths(e.data.get("value") or 0) if part.of_values else MILLION for e in own)


def micros_of(value: Any) -> int:
    """An attribute as a number; what is none counts for nothing."""
    good = type(value) in (int, float) and -LARGEST_NUMBER <= value <= LARGEST_NUMBER
    return millionths(value) if good else 0


def millionths(value: float) -> int:
    """Rounded to the nearest, of the decimal as it is written."""
    return round(Decimal(str(value)) * MILLION)
