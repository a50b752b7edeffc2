"""A small experiment, the events of a small world, and the cells of a look: shared by the tests of the core."""

import json

from msgspec.structs import replace

from streams.codecs.definitions import parse
from streams.core.cells import index
from streams.core.definition import Catalogue
from streams.core.evaluation import begin, consider
from streams.core.events import MICRO, Arrival, Conversion, Exposure
from streams.core.look import Look
from streams.core.recovery import restore
from streams.core.status import Statuses
from streams.core.times import UNITS, parse_instant
from streams.core.tracks import SRM, tracks

START = parse_instant("2025-03-10T00:00:00Z")
MINUTE, HOUR, DAY = UNITS["m"], UNITS["h"], UNITS["d"]
BOUGHT = {"id": "bought", "role": "primary", "type": "binary", "event": "order", "window": {"length": "5m"}}
HARMED = {
    "id": "left",
    "role": "guardrail",
    "type": "binary",
    "event": "unsubscribe",
    "direction": "decrease",
    "test": "non_inferiority",
    "margin": {"absolute": 0.01},
    "baseline": {"mean": 0.05},
    "window": {"length": "5m"},
}
SPENT = {
    "id": "spent",
    "role": "primary",
    "type": "continuous",
    "event": "order",
    "cap": {"value": 100},
    "mde": {"absolute": 1},
    "window": {"length": "5m"},
}


def variants(*weights):
    roles = ["control", *["treatment"] * (len(weights) - 1)]
    keys = ["control", "bold", "wide", "tall"]
    return [{"key": k, "role": r, "weight": w} for k, r, w in zip(keys, roles, weights, strict=False)]


def definition(*metrics, **parts):
    """A valid definition; `parts` replace whole parts of it."""
    return {
        "apiVersion": "peekproof/v1",
        "kind": "Experiment",
        "metadata": {"id": "demo", "owner": {"name": "Ada"}},
        "hypothesis": "A bolder button raises purchases.",
        "assignment": {"variants": variants(0.5, 0.5)},
        "exposure": {"lateness": "1m"},
        "metrics": list(metrics or [BOUGHT]),
        "schedule": {"start_at": "2025-03-10T00:00:00Z", "min_runtime": "0s", "min_units": 0},
    } | parts


def schedule(**changes):
    return {"schedule": definition()["schedule"] | changes}


def experiment(*metrics, **parts):
    return parse(json.dumps(definition(*metrics, **parts)).encode())


def catalogue(*experiments):
    return Catalogue({x.id: x for x in experiments})


def exposure(unit, variant="control", at=0, **changes):
    """An exposure `at` so many ms after the start."""
    event = Exposure(START + at, "demo", variant, unit, {}, (), False, None, None)
    return replace(event, **changes)


def conversion(unit, at=0, identity=1, **changes):
    event = Conversion(START + at, "order", unit, identity, None, None, None, (), b'{"data":{}}')
    return replace(event, **changes)


def arrival(event, offset=0, delay=0):
    """The event in the log, recorded `delay` ms after it happened."""
    time = event.time + delay
    return Arrival(offset, time, event, time)


def arrivals(events):
    """Events in the order of their record times, numbered."""
    ordered = sorted(
        (event if isinstance(event, Arrival) else arrival(event) for event in events), key=lambda a: a.time
    )
    return [one._replace(offset=offset) for offset, one in enumerate(ordered)]


def restarted(core, experiments):
    """The core as the next process finds it in a snapshot."""
    head, pieces = core.cut(whole=True)
    return restore(experiments, 0, [(head, list(pieces))])


def totals(x, units, counters=None, **metrics):
    """Cells of a look in which every unit has matured.

    `units` gives the size of each arm, a metric the converted units of each; for means (converted, value of each).
    """
    cells = [0] * x.layout.size
    for name, count in ({"exposures": sum(units)} | (counters or {})).items():
        cells[index(name)] = count
    for variant, entered in enumerate(units):
        cells[x.layout.units.at(0, variant)] = entered
        for metric, block in zip(x.metrics, x.layout.metrics, strict=True):
            told = metrics.get(metric.spec.id, [0] * len(units))[variant]
            row = _yes_or_no(entered, told) if metric.outcome == "yes_no" else _values(entered, told)
            for place, field in enumerate(block.fields):
                cells[block.at(0, variant) + place] = row.get(field, 0)
    return cells


def _yes_or_no(entered, converted):
    expired = entered - converted
    first = {"converted_now": converted, "converted": converted, "above": converted, "expired": expired}
    return first | {"matured": entered, "matured_converted": converted}


def _values(entered, told):
    converted, value = told or (0, 0)
    total, squares = converted * value * MICRO, converted * (value * MICRO) ** 2
    some = {"converted": converted, "nonzero": converted, "capped": 0, "sum": total, "squares": squares}
    return {"matured": entered} | some


def look(cells, clock=START + HOUR, offset=1, recency=None):
    return Look({"0": (offset, offset)}, {"0": clock}, cells, recency)


def judged(x, *looks, state=None):
    """State and decisions after the looks, each given as cells or as a look."""
    given = [one if isinstance(one, Look) else look(one) for one in looks]
    state, records = consider(x, state or begin(x), given)
    return state, [json.loads(record) for record in records]


def track(x, metric, variant, kind):
    """Index of a track, by names."""
    m = [one.spec.id for one in x.metrics].index(metric)
    wanted = (m, x.variants.index(variant), kind)
    return next(i for i, t in enumerate(tracks(x)) if (t.metric, t.variant, t.kind) == wanted)


def reached(x, *names):
    """What the tests say once these have fired: `metric.variant.kind`, or `srm`."""
    return Statuses(x, frozenset(SRM if name == "srm" else track(x, *name.split(".")) for name in names))
