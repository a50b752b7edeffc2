"""The state of one source partition as of one instant, in bytes: a head, and the units piece by piece.

A whole one is a base; the others, deltas, hold the units that have changed since the one before.
"""

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from streams.core.definition import Catalogue
from streams.core.memory import Deed
from streams.core.watermarks import Watermark

FORMAT = 5  # of all that is kept, and of the rules by which it was counted: any change makes a snapshot worthless


class Head(msgspec.Struct, frozen=True):
    """Everything but the units.

    Attributes:
        catalogue: fingerprint of the experiments that were counted.
        units: how many there are.
        deeds: by experiment, what units have done; their words tell the places in these lists.
        watermarks: of each re-keyed source, all that has been heard.
    """

    catalogue: str
    offsets: dict[str, int]
    clock: int
    read_to: dict[str, int]
    tallies: dict[str, dict[str, int]]
    cells: list[list[int]]
    units: int
    deeds: list[list[Deed]] = []
    watermarks: dict[str, Watermark] = {}


class Cut(NamedTuple):
    """A snapshot that is being packed while the state goes on."""

    head: bytes
    pieces: Iterator[bytes]


encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(Head).decode


def fingerprint(catalogue: Catalogue) -> str:
    """Differs if any experiment does, or their order."""
    told = [FORMAT, *((x.id, x.epoch, x.config_hash) for x in catalogue)]
    return hashlib.sha256(encode(told)).hexdigest()
