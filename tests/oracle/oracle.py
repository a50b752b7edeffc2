"""The recount of `peekproof verify`, in the words of a report; it shares no code with what counts in the product."""

from collections import Counter

from streams.audit.counting.definitions import MILLION
from streams.audit.counting.definitions import experiment as parse_definition
from streams.audit.counting.lines import read
from streams.audit.counting.log import Log, Record
from streams.audit.counting.outcomes import RATES
from streams.audit.counting.recount import recount

EXCLUDED = ("multi_variant", "warmup", "late", "before_exposure", "drift", "missing_value", "over_cap")
TOPIC = "all"
EVERYTHING = {TOPIC: 1}


def report(definitions, records, machine_time, clock=None):
    """Recount from scratch.

    Args:
        definitions: parsed definition documents.
        records: lines (bytes), or (value, Kafka record timestamp in ms) pairs.
        machine_time: wall clock in ms, which bounds event times of lines without a record time.
        clock: T in ms; None: everything has matured.
    """
    experiments = {e.id: e for e in map(parse_definition, definitions)}
    log, pairs = Log(experiments), [(one, None) if isinstance(one, bytes) else one for one in records]
    events = [read(line, machine_time, time) for line, time in pairs if time is not None or line.strip()]
    outcomes = Counter(log.take(Record(TOPIC, 0, event)) for event in events)
    return {
        "experiments": {id_: described(x, log, clock) for id_, x in experiments.items()},
        "rejected": {name: n for name, n in outcomes.items() if name not in ("accepted", "late")},
        "late": outcomes["late"],
        "unused": log.unused,
        "accepted": outcomes["accepted"],
        "read": len(events),
    }


def described(x, log, clock):
    counts = recount(x, log.below(x.id, EVERYTHING), log.began or 0, clock)
    return {
        "excluded": {name: counts[f"excluded/{name}"] for name in EXCLUDED},
        "duplicate": counts["duplicate"],
        "repeat_exposure": counts["repeat_exposure"],
        "metrics": {m.id: {variant: arm(m, counts, variant) for variant in x.variants} for m in x.metrics},
    }


def arm(metric, counts, variant):
    """Of one variant, over its phases."""
    cells, units = Counter(), 0
    for name, count in counts.items():
        if name.startswith(f"{metric.id}/{variant}/"):
            cells[name.rpartition("/")[2]] += count
        elif name.startswith(f"units/{variant}/"):
            units += count
    return {"units": units, "converted_now": cells["converted_now"], "cells": cells} | summary(metric, cells)


def summary(metric, cells):
    """What people read."""
    n, converted = cells["matured"], cells["matured_converted" if metric.type in RATES else "converted"]
    total = {"quantile": cells["above"]}.get(metric.type, converted if metric.type in RATES else cells["sum"] / MILLION)
    out = {"matured": n, "conversions": converted, "sum": total, "mean": total / n if n else None}
    below = cells["x_sum"]
    if metric.type == "ratio":
        out |= {"denominator": below / MILLION, "mean": cells["sum"] / below if below else None}
    if metric.covariate:
        out |= {"covariate": below / MILLION / n if n else None}
    return out


def drop(counted, *names):
    """Leave out counts that whoever it is compared with does not show."""
    for experiment in counted["experiments"].values():
        for metric in experiment["metrics"].values():
            for found in metric.values():
                for name in names:
                    del found[name]
