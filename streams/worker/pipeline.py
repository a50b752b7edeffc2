"""The pipeline object of the API: what this worker has read, and how far it is."""

from collections import Counter
from typing import Any

from streams.core.times import format_instant
from streams.worker.clock import IdleClock
from streams.worker.reading import SOURCES, Reading
from streams.worker.readings import Readings

OUTCOMES = ("read", "accepted", "late", "unused", "behind_clock")


def pipeline(readings: Readings, clock: IdleClock) -> dict[str, Any]:
    """Tallies of all partitions together, and where each of them is."""
    tally = sum((reading.attribution.tally for reading in readings.values()), start=Counter[str]())
    return {
        **{outcome: tally[outcome] for outcome in OUTCOMES},
        "rejected": {name.removeprefix("rejected."): n for name, n in tally.items() if name.startswith("rejected.")},
        "partitions": {str(p): {**_place(reading), "lag": clock.lag(p)} for p, reading in readings.items()},
        "units_in_state": sum(reading.attribution.units for reading in readings.values()),
    }


def _place(reading: Reading) -> dict[str, Any]:
    clock = reading.attribution.clock
    return {
        "clock": format_instant(clock) if clock else None,
        "offsets": {SOURCES[kind]: offset for kind, offset in reading.offsets.items()},
    }
