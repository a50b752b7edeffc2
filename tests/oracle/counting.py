"""Rules 4-10 for one experiment."""

from collections import Counter
from decimal import Decimal

from tests.oracle.definitions import MILLION
from tests.oracle.filters import find, matches
from tests.oracle.judging import consents, late, meant_for, names, uses
from tests.oracle.outcomes import cells_of, summary

A_MINUTE = 60_000
LARGEST_UNIT = 1_000
LARGEST_NUMBER = 9_000_000_000_000


def recount(experiment, events, accepted, clock):
    on_time = [e for e in accepted if not (concerns(e, experiment) and late(e, experiment.lateness))]
    exposures = [e for e in on_time if is_exposure(e, experiment)]
    conversions = [e for e in on_time if e.kind == "conversion" and is_for(e, experiment)]
    begin = experiment.start if experiment.start is not None else min((e.time for e in accepted), default=0)
    units = [
        Unit(experiment, begin, [e for e in exposures if e.unit == name], [e for e in conversions if e.unit == name])
        for name in sorted({e.unit for e in exposures})
    ]
    counted = [u for u in units if u.counted]
    excluded = excluded_events(counted) | {
        "multi_variant": sum(u.contaminated for u in units),
        "warmup": sum(u.warming_up for u in units),
        "late": sum(concerns(e, experiment) and late(e, experiment.lateness) for e in events),
    }
    return {
        "excluded": excluded,
        "duplicate": sum(u.duplicates() for u in units if not u.warming_up),
        "repeat_exposure": len(exposures) - len({(e.unit, e.data["variant"]) for e in exposures}),
        "metrics": {m.id: cells(m, experiment.variants, counted, clock) for m in experiment.metrics},
    }


def concerns(event, experiment):
    """Is lateness judged for this experiment?"""
    return uses(event, experiment) if event.kind == "conversion" else is_exposure(event, experiment)


def is_exposure(event, experiment):
    return event.kind != "conversion" and event.data["experiment_id"] == experiment.id


def is_for(event, experiment):
    return meant_for(event, experiment) and consents(event, experiment)


class Unit:
    """A unit with at least one accepted exposure, and all it did."""

    def __init__(self, experiment, begin, exposures, conversions):
        self.metrics, self.lateness = experiment.metrics, experiment.lateness
        first = min(exposures, key=lambda e: (e.time, experiment.variants.index(e.data["variant"])))
        self.entry, self.arm = first.time, first.data["variant"]
        self.entries = [e for e in exposures if (e.time, e.data["variant"]) == (self.entry, self.arm)]
        self.contaminated = len({e.data["variant"] for e in exposures}) > 1
        self.warming_up = self.entry < begin + experiment.warmup
        leaves = self.contaminated and experiment.multi_variant == "exclude"
        self.counted = not self.warming_up and not leaves
        visible = [e for e in conversions if e.time >= self.entry - self.lateness - A_MINUTE]
        self.reversals = [e for e in visible if e.data.get("reverses") is not None]
        self.copies = [e for e in visible if e.data.get("reverses") is None and names(e, experiment)]
        self.conversions = distinct(self.copies)

    def duplicates(self):
        inside = [e for e in self.copies if any(self.inside(e, m) for m in self.metrics)]
        return len(inside) - len({e.identity for e in inside})

    def inside(self, event, metric):
        begin = self.entry + metric.delay
        return begin <= event.time < begin + metric.length and fits(event, metric)

    def used(self, metric):
        """The conversions in the window; of too many, some thousand."""
        return [e for e in self.conversions if self.inside(e, metric)][:LARGEST_UNIT]

    def matures(self, metric):
        return self.entry + metric.delay + metric.length + self.lateness

    def standing(self, metric):
        """The used conversions that were not reversed in time."""
        in_time = [e for e in self.reversals if e.recorded < self.matures(metric)]
        reversed_ones = {(e.source, e.data["reverses"]) for e in in_time}
        return [e for e in self.used(metric) if e.identity not in reversed_ones]

    def covariate(self, metric):
        """The smallest number known at the entry, in millionths."""
        return min(micros_of(find(e.data.get("attributes") or {}, metric.covariate)) for e in self.entries)


def micros_of(number):
    good = type(number) in (int, float) and -LARGEST_NUMBER <= number <= LARGEST_NUMBER
    return millionths(number) if good else 0


def belongs(event, part):
    return event.data["event"] == part.event and matches(part.filter, event.data)


def fits(event, metric):
    return any(belongs(event, part) for part in metric.parts)


def lacks_value(event, metric):
    wanted = any(part.of_values and belongs(event, part) for part in metric.parts)
    return wanted and event.data.get("value") is None


def distinct(copies):
    smallest = {}
    for event in sorted(copies, key=order):
        smallest.setdefault(event.identity, event)
    return [smallest[identity] for identity in sorted(smallest)]


def order(event):
    return event.time, event.data["event"], -1 if event.data.get("value") is None else event.data["value"]


def excluded_events(units):
    count = Counter(drift=0, before_exposure=0, missing_value=0, over_cap=0)
    for unit in units:
        count["drift"] += sum(e.recorded >= max(map(unit.matures, unit.metrics)) for e in unit.reversals)
        for event in unit.conversions:
            within = [m for m in unit.metrics if unit.inside(event, m)]
            early = unit.entry - A_MINUTE <= event.time < unit.entry
            count["before_exposure"] += early and any(fits(event, m) for m in unit.metrics)
            count["missing_value"] += any(lacks_value(event, m) for m in within)
            count["over_cap"] += any(event not in unit.used(m) for m in within)
    return dict(count)


def cells(metric, variants, units, clock):
    return {v: cell(metric, [u for u in units if u.arm == v], clock) for v in variants}


def cell(metric, units, clock):
    matured = [unit for unit in units if clock is None or clock >= unit.matures(metric)]
    standing = [unit.standing(metric) for unit in matured]
    rows = [
        {
            "acted": bool(unit.used(metric)),
            "converted": any(belongs(e, metric.own) for e in events),
            "sums": [total(part, events) for part in metric.parts],
            "x": unit.covariate(metric) if metric.covariate else None,
        }
        for unit, events in zip(matured, standing, strict=True)
    ]
    now = sum(bool(unit.used(metric)) for unit in units)
    return {"units": len(units), "converted_now": now} | summary(metric, rows) | {"cells": cells_of(metric, rows, now)}


def total(part, events):
    """Of one unit, in millionths."""
    own = [e for e in events if belongs(e, part)]
    return sum(millionths(e.data.get("value") or 0) if part.of_values else MILLION for e in own)


def millionths(number):
    return round(Decimal(str(number)) * MILLION)
