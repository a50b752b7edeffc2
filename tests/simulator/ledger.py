"""What an independent recount makes of the source logs; it shares no code with what counts in the product."""

import json
from collections import Counter

from streams.audit.cells import flat
from streams.audit.counting.definitions import experiment
from streams.audit.counting.lines import read
from streams.audit.counting.log import Log, Record
from streams.audit.counting.recount import recount
from streams.core.events import KINDS


class Ledger:
    """Every record ever written, by partition.

    Attributes:
        outcomes: by partition and kind, how many records had which.
    """

    def __init__(self, definitions, partitions):
        self._experiments = {one.id: one for one in map(experiment, definitions)}
        self._logs = [Log(self._experiments) for _ in range(partitions)]
        self.outcomes = [{kind: Counter() for kind in KINDS} for _ in range(partitions)]

    def enter(self, partition, kind, offset, value, time):
        """One more record."""
        outcome = self._logs[partition].take(Record(kind, offset, read(value, time, time)))
        self.outcomes[partition][kind][outcome] += 1

    def cells(self, x, partition, offsets, clock):
        """Of the records below these offsets, at that clock."""
        below = self._logs[partition].below(x.id, dict(zip(KINDS, offsets, strict=True)))
        return flat(x, recount(self._experiments[x.id], below, 0, clock))


def seen(record):
    """Of a decision: offsets and clock by partition."""
    evidence = json.loads(record)["data"]["evidence"]
    topics = [evidence["offsets"][f"peekproof.{kind}"] for kind in KINDS]
    return {int(p): (tuple(topic[p] for topic in topics), clock) for p, clock in evidence["clock"].items()}
