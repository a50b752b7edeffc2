"""The job itself, shared by the peers in Python; a peer adds only its framework.

All of them decode with msgspec, which is strict and faster than any of the frameworks' own ways, so that these are
compared and not JSON libraries.
"""

import os
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

BROKER = os.environ["PEER_BROKER"]
EXPOSURES = os.environ["PEER_EXPOSURES"]
CONVERSIONS = os.environ["PEER_CONVERSIONS"]
OUTPUT = os.environ["PEER_OUTPUT"]
ID = os.environ["PEER_ID"]
STATE = Path(os.environ["PEER_STATE"])
GUARANTEE = os.environ["PEER_GUARANTEE"]
WINDOW = int(os.environ["PEER_WINDOW"])
SESSION_MS = int(os.environ["PEER_SESSION_MS"])
CHECKPOINT_MS = int(os.environ["PEER_CHECKPOINT_MS"])


class Change(NamedTuple):
    """What an event adds to the counts of one experiment and variant."""

    experiment: str
    variant: str
    units: int
    converters: int
    conversions: int


class Exposed(msgspec.Struct):
    experiment_id: str
    variant: str
    unit_id: str


class Converted(msgspec.Struct):
    event: str
    unit_id: str


class Envelope(msgspec.Struct):
    specversion: str
    id: str
    source: str
    type: str
    time: datetime

    @property
    def at(self):
        return round(self.time.timestamp() * 1_000)


class Exposure(Envelope):
    data: Exposed


class Conversion(Envelope):
    data: Converted


DECODERS = {EXPOSURES: msgspec.json.Decoder(Exposure), CONVERSIONS: msgspec.json.Decoder(Conversion)}


def decode(topic, value):
    """The event, or None where the value is not one."""
    try:
        return DECODERS[topic].decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def new_unit():
    """What is known of one unit: by experiment [variant, first exposure, conversions]; time of conversions by id."""
    return {"entries": {}, "conversions": {}}


def take(unit, event):
    """Take an event in, in whichever order they are read; what it adds to the counts."""
    return enter(unit, event) if isinstance(event, Exposure) else convert(unit, event)


def enter(unit, event):
    data, at = event.data, event.at
    if data.experiment_id in unit["entries"]:
        return []
    conversions = sum(at <= time < at + WINDOW for time in unit["conversions"].values())
    unit["entries"][data.experiment_id] = [data.variant, at, conversions]
    return [Change(data.experiment_id, data.variant, 1, min(conversions, 1), conversions)]


def convert(unit, event):
    if event.id in unit["conversions"]:
        return []
    unit["conversions"][event.id] = at = event.at
    changes = []
    for experiment, entry in unit["entries"].items():
        variant, entered, conversions = entry
        if entered <= at < entered + WINDOW:
            entry[2] += 1
            changes.append(Change(experiment, variant, 0, not conversions, 1))
    return changes


def add(cells, change):
    """Counts of one experiment: [units, converters, conversions] by variant."""
    cell = cells.setdefault(change.variant, [0, 0, 0])
    cell[0] += change.units
    cell[1] += change.converters
    cell[2] += change.conversions


encode = msgspec.json.encode
