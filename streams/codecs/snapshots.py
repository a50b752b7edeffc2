"""Snapshots as records of a compacted topic: chunks, and of each owner one manifest that says what belongs together.

A manifest is written when its chunks are in the log. Any manifest whose chunks are all there is as good as any other:
the state goes on from its offsets.
"""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import chain as in_turn
from zlib import crc32

import msgspec

from streams.core.definition import Catalogue
from streams.core.snapshot import Cut, fingerprint

LARGEST = (1 << 19) - 1  # bytes of a chunk after its first, which says whether the piece ends here
MANIFEST = b"m/"

Records = Mapping[bytes, bytes]  # the latest value of every key
Chain = list[tuple[bytes, Iterable[bytes]]]  # of heads and pieces


class Link(msgspec.Struct, frozen=True):
    """One snapshot: its id, and the checksum of each chunk."""

    id: str
    checksums: list[int]

    @property
    def keys(self) -> list[bytes]:
        """Of its chunks."""
        return [chunk_key(self.id, number) for number in range(len(self.checksums))]


class Manifest(msgspec.Struct, frozen=True):
    """What an owner has told last: a base and its deltas, and the version of the state they lead to.

    Attributes:
        identity: see `identity`.
    """

    identity: str
    chain: list[Link]
    offsets: dict[str, int]
    clock: int
    units: int


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Manifest).decode


def identity(catalogue: Catalogue, unit_key: bytes) -> str:
    """Of whatever a state rests on besides the log: experiments, and the key of the unit hash (which stays secret)."""
    return f"{fingerprint(catalogue)}/{blake2b(b'units', key=unit_key, digest_size=8).hexdigest()}"


def chunk_key(id_: str, number: int) -> bytes:
    """Key of a chunk."""
    return f"c/{id_}/{number}".encode()


def manifest_key(epoch: str) -> bytes:
    """Key of the manifest of an owner."""
    return MANIFEST + epoch.encode()


def chunks(cut: Cut) -> Iterator[bytes]:
    """A snapshot in chunks of bounded size; made while they are taken."""
    for piece in in_turn([cut.head], cut.pieces):
        for start in range(0, len(piece), LARGEST):
            ends = start + LARGEST >= len(piece)
            yield bytes([ends]) + piece[start : start + LARGEST]


def encode(manifest: Manifest) -> bytes:
    """The value of a manifest: its checksum goes before it."""
    told = _encode(manifest)
    return crc32(told).to_bytes(4, "big") + told


def newest(records: Records, wanted: str) -> Manifest | None:
    """Of the complete manifests of that identity the one that leads furthest."""
    found = [manifest for key, value in records.items() if key.startswith(MANIFEST) and (manifest := _read(value))]
    ours = sorted([one for one in found if one.identity == wanted], key=reached, reverse=True)
    return next((one for one in ours if _is_complete(one, records)), None)


def reached(one: Manifest) -> tuple[int, int]:
    """How far a state has got."""
    return sum(one.offsets.values()), one.clock


def chain(manifest: Manifest, records: Records) -> Chain:
    """What is to be restored."""
    told = [_pieces(link, records) for link in manifest.chain]
    return [(next(pieces), pieces) for pieces in told]


def _pieces(link: Link, records: Records) -> Iterator[bytes]:
    piece = b""
    for key in link.keys:
        chunk = records[key]
        piece += chunk[1:]
        if chunk[0]:
            yield piece
            piece = b""


def _read(value: bytes) -> Manifest | None:
    """The manifest, unless it is damaged."""
    return _decode(value[4:]) if crc32(value[4:]).to_bytes(4, "big") == value[:4] else None


def _is_complete(manifest: Manifest, records: Records) -> bool:
    told = [pair for link in manifest.chain for pair in zip(link.keys, link.checksums, strict=True)]
    return all(key in records and crc32(records[key]) == checksum for key, checksum in told)
