"""One source partition in the hands of a worker. All it does is done in steps: a crash is a step not asked for."""

from streams.core.events import KINDS
from tests.simulator.broker import TruncatedError
from tests.simulator.snapshots import Snapshots, load


class Owner:
    """Memory of a partition. Whoever is asked for steps after another has taken over is a zombie.

    Raises:
        TruncatedError: the sources begin above what the newest snapshot reaches.
    """

    def __init__(self, broker, catalogue, partition):
        self.broker = broker
        self.partition = partition
        self.attribution = load(broker.snapshots[partition], catalogue, partition)
        self._logs = broker.sources[partition]
        self._snapshots = Snapshots(broker.snapshots[partition])
        for kind in KINDS:
            if not self._logs[kind].reaches(self.attribution.offsets[kind]):
                raise TruncatedError(f"{kind} of partition {partition}")

    def take(self, kind, stop, again=0):
        """Read on up to `stop`, beginning with so many records that were read before."""
        log, offset = self._logs[kind], self.attribution.offsets[kind]
        return self.attribution.apply(kind, log.read(min(offset, max(log.start, offset - again)), stop))

    def at_end(self):
        """Whether everything is read."""
        return all(log.end <= self.attribution.offsets[kind] for kind, log in self._logs.items())

    def tell(self, *, everything):
        """One round of counts."""
        for counts in self.attribution.counts(everything=everything):
            self.broker.counts.append(counts)
            yield "mid_counts"

    def snapshot(self, *, whole):
        """A base or a delta."""
        yield from self._snapshots.write(self.attribution, whole=whole)
