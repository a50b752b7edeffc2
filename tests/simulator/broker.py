"""What survives a crash: logs that grow at their end, compacted topics, a table. A broker made of lists."""

from itertools import count

import msgspec

from streams.core.events import KINDS


class TruncatedError(Exception):
    """The broker has deleted what was asked for."""


class Log:
    """One partition of a source topic: arrivals by offset, below `start` deleted."""

    def __init__(self, arrivals=(), end=None):
        self.arrivals = list(arrivals)
        self.end = len(self.arrivals) if end is None else end
        self.start = 0

    def append(self, arrival):
        self.arrivals.append(arrival._replace(offset=self.end))
        self.end += 1

    def reaches(self, offset):
        """Whether it can be read on from there."""
        return self.start <= offset

    def read(self, offset, stop):
        if not self.reaches(offset):
            raise TruncatedError(f"the log begins at {self.start}, not at {offset}")
        return self.arrivals[offset : min(stop, self.end)]


class Compacted:
    """Keys and values in the order of writing; of the values of a key only the last is sure to stay."""

    def __init__(self):
        self.records = []
        self._epochs = count()

    def epoch(self):
        """A name nobody else writes under."""
        return str(next(self._epochs))

    def put(self, key, value):
        self.records.append((key, value))

    def compact(self, spare):
        """Drop older values, but those at the places to spare."""
        last = {key: place for place, (key, _) in enumerate(self.records)}
        self.records = [one for place, one in enumerate(self.records) if last[one[0]] == place or place in spare]

    def table(self):
        return {key: value for key, value in dict(self.records).items() if value is not None}


class Broker:
    """All topics of an installation.

    Attributes:
        sources: by partition and kind.
        snapshots: by partition.
        counts: in the order in which they were told.
        judged: how many counts the judge has done with, as far as is known for certain.
        table: evaluation state by experiment.
        versions: those in the table, by experiment and partition.
        backward: where a version was lower than the one before.
        decisions: in the order of the log.
        rulings: by experiment and number, the first of them: those that count.
    """

    def __init__(self, sources):
        self.sources = sources
        self.snapshots = [Compacted() for _ in sources]
        self.counts = []
        self.judged = 0
        self.table = {}
        self.versions = {}
        self.backward = []
        self.decisions = []
        self.rulings = {}

    def ends(self):
        """By partition, where its sources end."""
        return {p: tuple(logs[kind].end for kind in KINDS) for p, logs in enumerate(self.sources)}

    def decide(self, record):
        self.decisions.append(record)
        event = msgspec.json.decode(record)
        self.rulings.setdefault((event["subject"], event["data"]["seq"]), record)

    def last(self, id_):
        """The last decision on an experiment."""
        numbers = [seq for subject, seq in self.rulings if subject == id_]
        return self.rulings[id_, max(numbers)] if numbers else None
