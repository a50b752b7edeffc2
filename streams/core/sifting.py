"""A batch of one source, record by record, and what became of it. Compiled where that is possible, see `table`."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol, TypeVar

ACCEPTED = "accepted"

Logged = TypeVar("Logged", bound="Located")


class Located(Protocol):
    """Whatever has a place in a log."""

    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...


class Other(NamedTuple):
    """What was not accepted."""

    outcome: str
    record: Any


class Sifted(NamedTuple):
    """What became of a batch.

    Attributes:
        end: offset after the last record.
        accepted: how many were.
        behind: how many of these are of before the clock.
        latest: of their record times; 0: there is none.
        others: all but these.
    """

    end: int
    accepted: int
    behind: int
    latest: int
    others: list[Other]


def sift(records: Iterable[Logged], end: int, clock: int, judge: Callable[[Logged], str]) -> Sifted:
    """Judge records in the order of their offsets; what lies below `end` was taken before."""
    accepted, behind, latest, others = 0, 0, 0, list[Other]()
    for record in records:
        offset, time = record.offset, record.timestamp
        if offset < end:
            continue
        end = offset + 1
        outcome = judge(record)
        if outcome is ACCEPTED:
            accepted += 1
            behind += time < clock
            latest = max(latest, time)
        else:
            others.append(Other(outcome, record))
    return Sifted(end, accepted, behind, latest, others)
