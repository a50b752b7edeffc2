"""Counts on the wire: one record holds a round, from one source partition to one evaluation partition."""

from collections.abc import Sequence

import msgspec

from streams.core.attribution import Counts

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(list[Counts]).decode


def encode(round_: Sequence[Counts]) -> bytes:
    """Integers of any size; JSON, so that a person can read the topic."""
    return _encode(round_)


def decode(value: bytes) -> list[Counts]:
    """The counts of a round.

    Raises:
        msgspec.DecodeError: not a round of counts.
    """
    return _decode(value)
