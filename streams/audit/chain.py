"""The hash chain of decisions: within each experiment and epoch every record names the bytes of the one before."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec

from streams.codecs import decisions
from streams.core.decision import FIRST
from streams.core.times import parse_instant

Object = dict[str, Any]


class Written(NamedTuple):
    """A record as it lies in the log, and where."""

    place: str
    value: bytes


class Record(NamedTuple):
    """A decision that can be read."""

    place: str
    value: bytes
    event: Object

    @property
    def said(self) -> Object:
        """What is decided."""
        said: Object = self.event["data"]
        return said

    @property
    def seq(self) -> int:
        """Its number in the chain."""
        return int(self.said["seq"])

    @property
    def key(self) -> tuple[str, int]:
        """Its chain."""
        return self.said["experiment_id"], self.said["epoch"]

    @property
    def hash(self) -> str:
        """What the next one must name."""
        return hashlib.sha256(self.value).hexdigest()


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong in the log of decisions, and where."""

    place: str
    experiment: str | None
    text: str


class Chains(NamedTuple):
    """The decisions that count, by chain and in the order of their numbers; how many records repeat one; and flaws."""

    records: Mapping[tuple[str, int], Sequence[Record]]
    repeated: int
    flaws: Sequence[Flaw]


def chains(log: Sequence[Written]) -> Chains:
    """Read all decisions, in the order of the log. Of two with one number the first counts."""
    flaws: list[Flaw] = []
    found: defaultdict[tuple[str, int], dict[int, Record]] = defaultdict(dict)
    repeated = 0
    for written in log:
        record = _read(written)
        if isinstance(record, Flaw):
            flaws.append(record)
        else:
            repeated += record.seq in found[record.key]
            found[record.key].setdefault(record.seq, record)
    for chain in found.values():
        flaws += _flaws(list(chain.values()))
    ordered = {key: [chain[seq] for seq in sorted(chain)] for key, chain in found.items()}
    return Chains(ordered, repeated, flaws)


def _read(written: Written) -> Record | Flaw:
    try:
        parse_instant(decisions.decode(written.value).time)
    except (msgspec.DecodeError, ValueError) as error:
        return Flaw(written.place, None, f"not a decision: {error}")
    return Record(*written, msgspec.json.decode(written.value))


def _flaws(chain: Sequence[Record]) -> Iterator[Flaw]:
    """Of one chain, as it lies in the log."""
    yield from _order(chain)
    ordered = sorted(chain, key=lambda record: record.seq)
    yield from _gaps(ordered)
    for before, record in pairwise(ordered):
        if record.seq == before.seq + 1:
            yield from _link(before, record)
    for record in ordered:
        yield from _identity(record)


def _order(chain: Sequence[Record]) -> Iterator[Flaw]:
    for before, record in pairwise(chain):
        if record.seq < before.seq:
            yield _flaw(record, f"seq {record.seq} lies behind seq {before.seq} ({before.place}): lines were swapped")


def _gaps(ordered: Sequence[Record]) -> Iterator[Flaw]:
    if ordered[0].seq != 1:
        yield _flaw(ordered[0], f"seq {ordered[0].seq} is the first there is: seq 1 is missing before it")
    elif ordered[0].said["previous_hash"] != FIRST:
        yield _flaw(ordered[0], f"seq 1 names {ordered[0].said['previous_hash']} before it, not {FIRST}")
    for before, record in pairwise(ordered):
        if record.seq != before.seq + 1:
            yield _flaw(record, f"seq {record.seq} follows seq {before.seq} ({before.place}): a record is missing")


def _link(before: Record, record: Record) -> Iterator[Flaw]:
    named = record.said["previous_hash"]
    if named != before.hash:
        text = f"its bytes have the hash {before.hash}, but seq {record.seq} ({record.place}) names {named} before it"
        yield _flaw(before, f"{text}: one of the two was changed")


def _identity(record: Record) -> Iterator[Flaw]:
    said = record.said
    text = f"{said['experiment_id']}|{said['epoch']}|{said['config_hash']}|{said['seq']}"
    expected = hashlib.sha256(text.encode()).hexdigest()
    if record.event["id"] != expected:
        yield _flaw(record, f"its id is {record.event['id']}, not the hash {expected} of what it is about")


def _flaw(record: Record, text: str) -> Flaw:
    return Flaw(record.place, record.said["experiment_id"], text)
