"""A crowd as a broker holds it, and the rounds in which a worker without faults would read it."""

from typing import NamedTuple

import numpy as np

from streams.core.events import KINDS, Arrival, Conversion, Exposure
from tests.core.samples import BOUGHT, catalogue, experiment
from tests.simulator.crowd import BAD, CONVERSION, EXPERIMENTS, EXPOSURE, LATENESS, MALFORMED, MINUTE, REVERSAL, WINDOW

PARTITIONS = 3
ROUNDS = 20
METRIC = BOUGHT | {
    "window": {"length": f"{WINDOW // MINUTE}m"},
    "baseline": {"mean": 0.25},
    "mde": {"relative": 0.3},
}
SCHEDULE = {"start_at": "2025-03-10T00:00:00Z", "min_runtime": "10m", "no_data_grace": "30d"}
VARIANTS = ("control", "bold", "nobody")
NAMES = [f"x{number}" for number in range(EXPERIMENTS)]


class Round(NamedTuple):
    """An instant, and of every partition and kind how many records there are before it."""

    clock: int
    stops: list[dict[str, int]]


class World(NamedTuple):
    """The same for every schedule of faults."""

    catalogue: object
    sources: list[dict[str, list[Arrival]]]
    rounds: list[Round]


def experiments():
    """One metric each, of events of their own."""
    return catalogue(*(one(number, name) for number, name in enumerate(NAMES)))


def one(number, name):
    return experiment(
        METRIC | {"event": f"order{number}"},
        metadata={"id": name, "owner": {"name": "Ada"}},
        schedule=SCHEDULE | {"min_units": 100 * number},  # their first decisions fall into different rounds
        exposure={"lateness": f"{LATENESS // MINUTE}m"},
    )


def world(events):
    """Make the records of a crowd."""
    arrivals = list(map(arrival, zip(*(column.tolist() for column in events), strict=True)))
    kind, partition = (events.what != EXPOSURE).astype(int), events.unit % PARTITIONS
    places = [[np.flatnonzero((partition == p) & (kind == k)) for k in range(len(KINDS))] for p in range(PARTITIONS)]
    sources = [
        {name: numbered([arrivals[i] for i in rows]) for name, rows in zip(KINDS, of_partition, strict=True)}
        for of_partition in places
    ]
    return World(experiments(), sources, rounds(events.recorded, places))


def rounds(recorded, places):
    """At every so many records, and the last ones when everything has matured."""
    step = len(recorded) // ROUNDS
    last = recorded[-1].item()
    clocks = [*recorded[step::step].tolist(), last + 1, last + 3 * WINDOW, last + 4 * WINDOW]
    times = [[recorded[rows] for rows in of_partition] for of_partition in places]
    return [Round(clock, [stops(clock, of_partition) for of_partition in times]) for clock in clocks]


def stops(clock, times):
    return {kind: int(np.searchsorted(some, clock)) for kind, some in zip(KINDS, times, strict=True)}


def arrival(row):
    recorded, time, what, x, unit, variant, identity, flaw = row
    if flaw == MALFORMED:
        return Arrival(0, recorded, "malformed", recorded)
    if what == EXPOSURE:
        shown = VARIANTS[2 if flaw == BAD else variant]
        event = Exposure(time, NAMES[x], shown, unit, {}, (), False, None, None)
    else:
        target, value = (identity if what == REVERSAL else None), (-1.0 if flaw == BAD else None)
        id_ = identity if what == CONVERSION else -identity
        event = Conversion(time, f"order{x}", unit, id_, value, target, None, (), b"{}")
    return Arrival(0, recorded, event, recorded)


def numbered(arrivals):
    return [one._replace(offset=offset) for offset, one in enumerate(arrivals)]
