"""Every topic of Peekproof: its name, its partitions, and the settings its meaning rests on."""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from struct import unpack_from
from typing import Literal

EXPOSURES = "peekproof.exposures"
CONVERSIONS = "peekproof.conversions"
COUNTS = "peekproof.counts"
DECISIONS = "peekproof.decisions"
EVIDENCE = "peekproof.evidence"
REJECTED = "peekproof.rejected"
SNAPSHOTS = "peekproof.snapshots"

APPLICATION = "peekproof"  # Faust's application id: also the consumer group and the prefix of its table changelogs
INGEST_APPLICATION = f"{APPLICATION}-ingest"
EVALUATION_TABLE = "evaluation"
EVALUATION_CHANGELOG = f"{APPLICATION}-{EVALUATION_TABLE}-changelog"

DAY_MS = 86_400_000
FOR_EVER = "-1"
MIB = 1_048_576
SEGMENT_MS = 600_000  # snapshots of a small state would not fill a segment for days

FACTOR, WORD = 0x5BD1E995, 0xFFFF_FFFF  # of MurmurHash2

RecordTime = Literal["append", "create"]


@dataclass(frozen=True, slots=True)
class Topic:
    """What the broker must hold; a setting not named here is left to the broker."""

    name: str
    partitions: int
    settings: dict[str, str] = field(default_factory=dict)


def topics(
    partitions: int,
    evaluation_partitions: int,
    *,
    record_time: RecordTime = "append",
    rekeyed: Collection[str] = (),
) -> tuple[Topic, ...]:
    """The topics of one installation.

    Args:
        partitions: of exposures and conversions alike, so that one worker sees all of a unit.
        evaluation_partitions: of all that is keyed by experiment; a changelog has as many as the counts it follows.
        record_time: "append" on live topics: the broker's own time decides what is late; "create" for back-filling
            historic events, whose times lie so far back that only `retention.ms=-1` keeps them from being deleted.
        rekeyed: kinds of source that ingest writes, which sets their record times.
    """
    return (
        Topic(EXPOSURES, partitions, _source(record_time, is_rekeyed="exposures" in rekeyed)),
        Topic(CONVERSIONS, partitions, _source(record_time, is_rekeyed="conversions" in rekeyed)),
        Topic(COUNTS, evaluation_partitions, _kept(days=1)),
        Topic(EVALUATION_CHANGELOG, evaluation_partitions, COMPACTED),
        Topic(DECISIONS, evaluation_partitions, {**OUR_RECORDS, "cleanup.policy": "delete", "retention.ms": FOR_EVER}),
        Topic(EVIDENCE, evaluation_partitions, COMPACTED),
        Topic(REJECTED, partitions, _kept(days=7)),
        Topic(SNAPSHOTS, partitions, {**COMPACTED, "segment.ms": str(SEGMENT_MS)}),
    )


def partition_of(key: bytes, partitions: int) -> int:
    """Where every Kafka client that follows the Java one puts a key."""
    return (murmur2(key) & 0x7FFF_FFFF) % partitions


@lru_cache(maxsize=2**14)
def home_of(experiment: str, partitions: int) -> int:
    """Where all that is keyed by an experiment is; remembered, as every round asks for every one."""
    return partition_of(experiment.encode(), partitions)


def murmur2(data: bytes) -> int:
    """MurmurHash2, 32 bits, with Kafka's seed; unsigned."""
    whole = len(data) & ~3
    state = 0x9747B28C ^ len(data)
    for word in unpack_from(f"<{whole >> 2}I", data):
        mixed = word * FACTOR & WORD
        state = state * FACTOR & WORD ^ (mixed ^ mixed >> 24) * FACTOR & WORD
    if whole < len(data):
        state = (state ^ int.from_bytes(data[whole:], "little")) * FACTOR & WORD
    state = (state ^ state >> 13) * FACTOR & WORD
    return state ^ state >> 15


def _source(record_time: RecordTime, *, is_rekeyed: bool) -> dict[str, str]:
    return REKEYED if is_rekeyed and record_time == "append" else SOURCE[record_time]


def _kept(days: int) -> dict[str, str]:
    # stamped by the broker: a record about an old event must not be deleted at birth
    stamped = {"message.timestamp.type": "LogAppendTime", "retention.ms": str(days * DAY_MS)}
    return {**OUR_RECORDS, "cleanup.policy": "delete", **stamped}


# Twice the 1 MiB an event may have: an event that is too large must arrive to be rejected as too_large.
EVENTS = {"cleanup.policy": "delete", "max.message.bytes": str(2 * MIB)}
# Ninety days outlast the longest experiment, whose counts are rebuilt from these records.
SOURCE: dict[RecordTime, dict[str, str]] = {
    "append": {**EVENTS, "message.timestamp.type": "LogAppendTime", "retention.ms": str(90 * DAY_MS)},
    "create": {**EVENTS, "message.timestamp.type": "CreateTime", "retention.ms": FOR_EVER},
}
# The foreign record's time: an outage of ingest then makes nothing late.
REKEYED = SOURCE["append"] | {"message.timestamp.type": "CreateTime"}
# As much as a worker sends in one request: one record may tell of every experiment.
OUR_RECORDS = {"max.message.bytes": str(4 * MIB)}
# The broker compacts closed segments only: small ones, or nothing is ever compacted.
COMPACTED = {**OUR_RECORDS, "cleanup.policy": "compact", "segment.bytes": str(16 * MIB)}
