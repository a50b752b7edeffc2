"""A/A experiments as event streams: what product systems would send, with all that goes wrong on the way.

Each scenario fills arrays over the units of one experiment; `write` turns many experiments into one file of events.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from streams.core.times import format_instant, parse_instant

START = parse_instant("2025-03-10T00:00:00Z")
NOW = parse_instant("2026-01-01T00:00:00Z")
HOUR = 3_600_000
DAY = 24 * HOUR
WINDOW = DAY
UNITS = 300
RATE = 0.3
NAMES = ("control", "treated")
DEFINITION = """
apiVersion: peekproof/v1
kind: Experiment
metadata: {{id: stream-{number}, owner: {{name: Ada}}}}
hypothesis: Both arms see the very same thing.
assignment:
  variants:
    - {{key: control, role: control, weight: {control}}}
    - {{key: treated, role: treatment, weight: {treated}}}
  phases: {phases}
exposure: {{lateness: 1m}}
metrics:
  - {{id: bought, role: primary, type: binary, event: bought-{number}, window: {{length: 24h}}, baseline: {{mean: 0.3}},
     mde: {{relative: 0.3}}}}
schedule: {{start_at: 2025-03-10T00:00:00Z, min_runtime: 1h, max_runtime: 9d, min_units: 50}}
"""


@dataclass
class Stream:
    """Units of one experiment: arm, entry and conversion (ms after the start; nan: never), and what else is sent.

    Attributes:
        weights: of control and treated at the start.
        phases: later allocations, as a definition has them.
        copies: how often each conversion is sent.
        crossers: units that also see the other arm.
    """

    arm: np.ndarray
    entry: np.ndarray
    converts: np.ndarray
    weights: tuple[float, float] = (0.5, 0.5)
    phases: list = field(default_factory=list)
    copies: np.ndarray | None = None
    crossers: np.ndarray | None = None


Scenario = Callable[[np.random.Generator], Stream]


def world(chance, *, entry=None, arm=None, rate=RATE, delay=None):
    """Units that enter over two days and convert at a rate, some hours after they entered."""
    entry = chance.integers(0, 2 * DAY, UNITS) if entry is None else entry
    arm = chance.random(UNITS) < 0.5 if arm is None else arm
    delay = chance.integers(1, WINDOW, UNITS) if delay is None else delay
    converts = np.where(chance.random(UNITS) < rate, entry + delay, np.nan)
    return Stream(arm.astype(int), entry, converts)


def slow_control(chance):
    """Equal rates in the end; a treated unit converts within an hour, a control unit some time in the last hours."""
    arm = chance.random(UNITS) < 0.5
    delay = np.where(arm, chance.integers(1, HOUR, UNITS), chance.integers(20 * HOUR, WINDOW, UNITS))
    return world(chance, arm=arm, delay=delay)


def burst(chance):
    """Everybody enters within the first hour, conversions trickle in for a day."""
    return world(chance, entry=chance.integers(0, HOUR, UNITS))


def ramp_with_drift(chance):
    """A tenth is treated on the first day and half on the second, when everybody converts far more often."""
    entry = np.sort(chance.integers(0, 2 * DAY, UNITS))
    later = entry >= DAY
    stream = world(
        chance,
        entry=entry,
        arm=chance.random(UNITS) < np.where(later, 0.5, 0.1),
        rate=np.where(later, 0.5, 0.15),
    )
    stream.weights = (0.9, 0.1)
    stream.phases = [{"from": format_instant(START + DAY), "weights": {"control": 0.5, "treated": 0.5}}]
    return stream


def undeclared_ramp(chance):
    """The same, but the definition knows of no ramp."""
    stream = ramp_with_drift(chance)
    stream.weights, stream.phases = (0.5, 0.5), []
    return stream


def crossers(chance):
    """One unit in fifty also sees the other arm, an hour later."""
    stream = world(chance)
    stream.crossers = chance.random(UNITS) < 0.02
    return stream


def duplicates(chance):
    """Every conversion is sent five times on average, as the same event."""
    stream = world(chance)
    stream.copies = 1 + chance.poisson(4, UNITS)
    return stream


def write(folder, scenario, streams, seed):
    """Definitions and events of so many experiments; returns the folder of the definitions and the file of events."""
    definitions, file = folder / "definitions", folder / "events.jsonl"
    definitions.mkdir()
    with file.open("w") as out:
        for number in range(streams):
            stream = scenario(np.random.default_rng([seed, number]))
            definition = DEFINITION.format(
                number=number, control=stream.weights[0], treated=stream.weights[1], phases=json.dumps(stream.phases)
            )
            (definitions / f"{number}.yaml").write_text(definition)
            out.writelines(json.dumps(event) + "\n" for event in _events(number, stream))
    return definitions, file


def _events(number, stream):
    for unit, (arm, entry, converts) in enumerate(zip(stream.arm, stream.entry, stream.converts, strict=True)):
        who = f"{number}-{unit}"
        yield _exposure(number, who, arm, entry)
        if stream.crossers is not None and stream.crossers[unit]:
            yield _exposure(number, who, 1 - arm, entry + HOUR)
        if not np.isnan(converts):
            event = _event("conversion", f"c-{who}", converts, {"event": f"bought-{number}", "unit_id": who})
            yield from [event] * (1 if stream.copies is None else stream.copies[unit])


def _exposure(number, who, arm, at):
    data = {"experiment_id": f"stream-{number}", "variant": NAMES[arm], "unit_id": who}
    return _event("exposure", f"e-{who}-{arm}", at, data)


def _event(kind, id_, at, data):
    time = format_instant(START + int(at))
    type_ = f"peekproof.{kind}.v1"
    return {"specversion": "1.0", "id": id_, "source": "/aa", "type": type_, "time": time, "data": data}
