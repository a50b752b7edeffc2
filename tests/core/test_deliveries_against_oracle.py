"""However two topics are batched, interleaved and redelivered, attribution ends in the counts of the oracle."""

import json
import time

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from streams.codecs.cloudevents import Decoder
from streams.codecs.definitions import parse
from streams.core.attribution import Attribution
from streams.core.cells import COUNTERS, EXCLUDED
from streams.core.definition import Catalogue
from streams.core.events import KINDS, Record
from tests.golden.scenarios import differences
from tests.oracle.definitions import instant
from tests.oracle.oracle import drop
from tests.oracle.oracle import report as recount
from tests.oracle.worlds import SEEDS, recorded, shuffle, worlds

EVERYTHING = 10**6
STEPS = st.tuples(st.sampled_from(KINDS), st.integers(1, 6), st.booleans(), st.booleans())
TO_THE_END = [(kind, EVERYTHING, False, False) for kind in KINDS]


@settings(phases=set(Phase) - {Phase.explain}, suppress_health_check=[HealthCheck.too_slow])
@given(worlds(), SEEDS, st.lists(STEPS, max_size=15))
def test_any_delivery_ends_in_the_counts_of_the_oracle(world, seed, steps):
    definitions, lines, until = world
    topics = written(shuffle(lines, seed))
    clock = instant(until) or int(time.time() * 1000)
    core = Attribution(Catalogue({d["metadata"]["id"]: parse(json.dumps(d).encode()) for d in definitions}))
    deliver(core, topics, steps + TO_THE_END)
    core.advance(clock)
    records = [(record.value, record.timestamp) for topic in topics.values() for record in topic]
    counted = recount(definitions, records, clock, clock)
    drop(counted, "converted_now")
    assert differences(counted, shown(core)) == []


def written(lines):
    """Both topics: record times never go back; what was recorded together lies in any order."""
    values = {kind: [v for v in lines if (b'"event"' in v) == (kind == "conversions")] for kind in KINDS}
    return {kind: [Record(*r) for r in enumerate_times(sorted(values[kind], key=recorded))] for kind in KINDS}


def enumerate_times(values):
    return [(offset, recorded(value), value) for offset, value in enumerate(values)]


def deliver(core, topics, steps):
    """Batches of any size, some starting with records already read; between them looks, and clocks of an idle log."""
    read = dict.fromkeys(KINDS, 0)
    for kind, size, again, look in steps:
        begin, read[kind] = max(0, read[kind] - 3 * again), read[kind] + size
        core.apply(kind, Decoder().arrivals(topics[kind][begin : read[kind]]))
        if look:
            core.counts()
            core.advance(min((r.timestamp for k in KINDS for r in topics[k][read[k] :]), default=0))


def shown(core):
    rejected = {name.removeprefix("rejected."): n for name, n in core.tally.items() if name.startswith("rejected.")}
    totals = {name: core.tally[name] for name in ("read", "accepted", "late", "unused")}
    experiments = {
        x.id: experiment(x, counts.cells)
        for x, counts in zip(core._experiments, core.counts(everything=True), strict=True)
    }
    return {"experiments": experiments, "rejected": rejected} | totals


def experiment(x, cells):
    counters = dict(zip(COUNTERS, cells, strict=False))
    return {
        "excluded": {name: counters[name] for name in EXCLUDED},
        "duplicate": counters["duplicate"],
        "repeat_exposure": counters["repeat_exposure"],
        "metrics": {metric.spec.id: arms(x, m, cells) for m, metric in enumerate(x.metrics)},
    }


def arms(x, m, cells):
    return {key: arm(x, m, cells, number) for number, key in enumerate(x.variants)}


def arm(x, m, cells, variant):
    block = x.layout.metrics[m]
    units = sum(cells[x.layout.units.at(phase, variant)] for phase in range(block.phases))
    places = [block.at(phase, variant) for phase in range(block.phases)]
    found = {name: sum(cells[place + i] for place in places) for i, name in enumerate(block.fields)}
    return {"units": units, "cells": found} | x.metrics[m].counted.arm(found)
