"""One experiment under judgement in this worker: what is remembered, what is awaited, what must go out.

No decision before recovery is complete (invariant D1): a case opens when every source partition has sent counts that
reach the end offsets its logs had when this worker took over, and that are no older than what the last owner knew.
Counts are cumulative, so the newest of each partition are all there is to keep until then.
"""

from collections.abc import Iterable
from typing import Self

import msgspec
from msgspec.structs import replace

from streams.codecs import state as state_codec
from streams.core import evaluation
from streams.core.adoption import reconcile
from streams.core.attribution import Counts
from streams.core.definition import Experiment
from streams.core.evaluation import Asked, Outcome
from streams.core.look import Recency
from streams.core.state import State

Ends = dict[int, tuple[int, ...]]  # end offsets of the source by partition, in the order of KINDS

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(tuple[bytes, list[bytes]]).decode


class Case:
    """Evaluation of one experiment, ahead of what the table holds of it.

    Attributes:
        state: evaluation state, or None before any look.
        outbox: decisions that have not gone out for certain; kept with the state that made them, so that a successor
            sends the same bytes.
        stale: counts that were no newer than what was known.
    """

    def __init__(
        self, x: Experiment, ends: Ends, state: State | None = None, outbox: list[bytes] | None = None
    ) -> None:
        self.x = x
        self.state = state
        self.outbox = outbox or []
        self.stale = 0
        self._kept = state
        self._ends = ends
        self._awaited: dict[int, Counts] | None = {}

    @classmethod
    def restore(cls, x: Experiment, ends: Ends, value: bytes | None, last: bytes | None = None) -> Self:
        """The case as the table holds it, unless that is of another version of the definition.

        Of what was decided the log has the last word: `last` is its last decision.
        """
        return cls(x, ends, *reconcile(x, *_remembered(x, value), last))

    @property
    def partitions(self) -> int:
        """How many there are in the source."""
        return len(self._ends)

    @property
    def is_open(self) -> bool:
        """Whether it may be judged."""
        return self._awaited is None

    @property
    def is_held(self) -> bool:
        """Whether its counts are too old to stop on."""
        return self.state is not None and self.state.judgement.verdict == "held"

    @property
    def worth_keeping(self) -> bool:
        """Whether a successor must know what happened since the table was written."""
        return self.state is not None and evaluation.worth_keeping(self._kept, self.state)

    def keep(self) -> bytes:
        """What to write into the table."""
        assert self.state is not None, "only a case that has been looked at is kept"
        self._kept = self.state
        return _pack((state_codec.encode(self.state), self.outbox))

    def take(self, *arrived: Counts, recency: Recency | None = None) -> None:
        """Look at what arrived together, or keep it for the first look."""
        Looks([(self, arrived)], recency).end()

    def due(self, arrived: Iterable[Counts]) -> list[Counts]:
        """What of it is to be looked at now."""
        return [one for counts in arrived for one in ([counts] if self.is_open else self._await(counts))]

    def learn(self, outcome: Outcome) -> None:
        """What came of a look."""
        self.state = outcome.state
        self.outbox += outcome.decisions
        self.stale += outcome.stale

    def _await(self, counts: Counts) -> list[Counts]:
        """All that has been awaited, once it is complete."""
        assert self._awaited is not None
        if self._is_recent(counts) and _is_newer(counts, self._awaited.get(counts.partition)):
            self._awaited[counts.partition] = counts
        if self._awaited.keys() != self._ends.keys():
            return []
        arrived, self._awaited = list(self._awaited.values()), None
        self.state = self.state and replace(self.state, parts={})
        return arrived

    def _is_recent(self, counts: Counts) -> bool:
        known = self.state.parts.get(str(counts.partition)) if self.state else None
        reached = all(offset >= end for offset, end in zip(counts.offsets, self._ends[counts.partition], strict=True))
        return reached and counts.config_hash == self.x.config_hash and (known is None or counts.clock >= known.clock)


def _is_newer(counts: Counts, waiting: Counts | None) -> bool:
    """Somebody who lost the partition may still tell older ones."""
    if waiting is None:
        return True
    return counts.clock >= waiting.clock and all(a >= b for a, b in zip(counts.offsets, waiting.offsets, strict=True))


def _remembered(x: Experiment, value: bytes | None) -> tuple[State | None, list[bytes]]:
    if value is None:
        return None, []
    packed, outbox = _unpack(value)
    state = state_codec.decode(packed)
    return (state, outbox) if state.config_hash == x.config_hash else (None, [])


class Looks:
    """A look at what arrived together for each of several cases of one worker; or it is kept for the first look."""

    def __init__(self, arrived: Iterable[tuple[Case, Iterable[Counts]]], recency: Recency | None = None) -> None:
        due = [(case, counts) for case, told in arrived if (counts := case.due(told))]
        self._cases = [case for case, _ in due]
        asked = [Asked(case.x, case.state, told) for case, told in due]
        self._underway = evaluation.set_out(asked, due[0][0].partitions if due else 0, recency)

    def shown(self) -> list[tuple[Experiment, list[int]]]:
        """What decisions will show: if anything, it is dear, and so are they."""
        return self._underway.shown()

    def end(self) -> None:
        """Let the cases learn what came of it."""
        for case, outcome in zip(self._cases, self._underway.end(), strict=True):
            case.learn(outcome)
