"""The pipeline object of the API: what this worker has read, what became of it, and how far it is."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from streams.core.times import format_instant
from streams.worker.clock import IdleClock
from streams.worker.reading import SOURCES, Reading
from streams.worker.readings import Readings

OUTCOMES = ("read", "accepted", "late", "unused", "behind_clock", "watermarks")
TAKEN = ("accepted", "late", "watermarks")
REJECTED = "rejected."

Json = dict[str, Any]


def pipeline(readings: Readings, clock: IdleClock, covers: Mapping[int, int | None]) -> Json:
    """Tallies of all partitions together and of each source log, and where each of them and its snapshots are."""
    tally = sum((reading.attribution.tally for reading in readings.values()), start=Counter[str]())
    return {
        **{outcome: tally[outcome] for outcome in OUTCOMES},
        "rejected": _rejected(tally),
        "partitions": {str(p): {**_place(reading, covers.get(p)), **_lag(clock, p)} for p, reading in readings.items()},
        "lagging": clock.lagging(),
        "units_in_state": sum(reading.attribution.units for reading in readings.values()),
        "events": {topic: _outcomes(_of(topic, readings.events)) for topic in SOURCES.values()},
    }


def _place(reading: Reading, covers: int | None) -> Json:
    clock = reading.attribution.clock
    return {
        "clock": format_instant(clock) if clock else None,
        "offsets": {SOURCES[kind]: offset for kind, offset in reading.offsets.items()},
        "restored": {SOURCES[kind]: offset for kind, offset in reading.began.items()},
        "snapshot": format_instant(covers) if covers else None,
        "sources": {SOURCES[kind]: _balance(reading, kind) for kind in SOURCES},
    }


def _lag(clock: IdleClock, partition: int) -> Json:
    return {"lag": clock.lag(partition), "lag_seconds": clock.lag_seconds(partition)}


def _balance(reading: Reading, kind: str) -> Json:
    """Every offset below the state's has one outcome (invariant C4): what is left is unexplained, and must be 0."""
    consumed, outcomes = reading.offsets[kind], _outcomes(reading.attribution.tallies[kind])
    explained = sum(outcomes[name] for name in TAKEN) + sum(outcomes["rejected"].values())
    return {"consumed": consumed, **outcomes, "unexplained": consumed - explained}


def _outcomes(tally: Mapping[str, int]) -> Json:
    return {**{name: tally.get(name, 0) for name in TAKEN}, "rejected": _rejected(tally)}


def _rejected(tally: Mapping[str, int]) -> dict[str, int]:
    return {name.removeprefix(REJECTED): n for name, n in tally.items() if name.startswith(REJECTED)}


def _of(topic: str, events: Mapping[tuple[str, str], int]) -> dict[str, int]:
    return {outcome: count for (log, outcome), count in events.items() if log == topic}
