"""Snapshots of a partition: a base and deltas in records of their own, and a manifest that makes them one.

Whoever takes over reads the topic to its end, and loads what the newest complete manifest names.
"""

from typing import NamedTuple

from streams.core.attribution import Attribution
from streams.core.recovery import restore


class Link(NamedTuple):
    """A base or a delta: its name, and how many chunks it has."""

    name: str
    chunks: int
    head: bytes


class Manifest(NamedTuple):
    """What belongs together, and the offsets it reaches."""

    chain: tuple[Link, ...]
    offsets: tuple[int, ...]


class Snapshots:
    """Those of one owner. It begins with a base, and clears away what it found once that is written."""

    def __init__(self, topic):
        self._topic = topic
        self._epoch = topic.epoch()
        self._found = list(topic.table())
        self._chain = ()
        self._number = 0

    def write(self, attribution, *, whole):
        """Step by step; whoever stops asking for the next step has crashed there."""
        whole = whole or not self._chain
        cut, offsets = attribution.cut(whole=whole), tuple(attribution.offsets.values())
        name, chunks, self._number = f"{self._epoch}.{self._number}", 0, self._number + 1
        for piece in cut.pieces:
            self._topic.put(f"c/{name}/{chunks}", piece)
            chunks += 1
            yield "mid_chunk"
        chain, old = (*(() if whole else self._chain), Link(name, chunks, cut.head)), self._chain
        yield "before_manifest"
        self._topic.put(f"m/{self._epoch}", Manifest(chain, offsets))
        self._chain = chain
        yield "after_manifest"
        if whole:
            yield from self._clear([*self._found, *(key for link in old for key in keys(link))])

    def _clear(self, superseded):
        self._found = []
        for key in superseded:
            self._topic.put(key, None)
            yield "after_tombstone"


def keys(link):
    """Of its chunks."""
    return [f"c/{link.name}/{number}" for number in range(link.chunks)]


def newest(records):
    """The complete manifest that reaches farthest, or None."""
    manifests = [value for key, value in records.items() if key.startswith("m/")]
    complete = [one for one in manifests if all(key in records for link in one.chain for key in keys(link))]
    return max(complete, key=lambda one: sum(one.offsets), default=None)


def load(topic, catalogue, partition):
    """The state as of the newest snapshot, or a new one."""
    records = topic.table()
    manifest = newest(records)
    if manifest is None:
        return Attribution(catalogue, partition)
    chain = [(link.head, [records[key] for key in keys(link)]) for link in manifest.chain]
    return restore(catalogue, partition, chain)
