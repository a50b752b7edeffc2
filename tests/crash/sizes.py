"""How much is done to the workers, and to how many events: one table."""

from typing import NamedTuple

from tests.crash.experiments import TRUTHS


class Size(NamedTuple):
    """Numbers of a run.

    Attributes:
        seed: of the events and of the schedule; the final state depends on it and on nothing else.
        events: that are sent.
        experiments: one after the other, some at a time; only an experiment that begins or ends makes decisions.
        rate: events per second while faults happen.
        kills: SIGKILL of a worker in the middle of its work.
        stops: SIGTERM.
        rebalances: a worker joins, or leaves for good.
        pauses: SIGSTOP for longer than the session lasts.
        crashes: of the broker, by SIGKILL.
        outages: of the network between workers and broker, of each kind.
        moments: at which every failpoint kills: the first time it is reached, in the middle, the last time; none: one
            of these in turn.
        planted_in: events among which one is dropped, doubled or changed when a defect is planted.
    """

    seed: int
    events: int
    experiments: int
    rate: int
    kills: int
    stops: int
    rebalances: int
    pauses: int
    crashes: int
    outages: int
    moments: tuple[str, ...]
    planted_in: int

    @property
    def bench(self):
        """The size of the world in which defects are planted."""
        return self._replace(events=self.planted_in, experiments=len(TRUTHS))


SMALL = Size(
    seed=5,
    events=60_000,
    experiments=16,
    rate=1_500,
    kills=3,
    stops=1,
    rebalances=1,
    pauses=1,
    crashes=1,
    outages=1,
    moments=(),
    planted_in=4_000,
)
NIGHTLY = Size(
    seed=2026,
    events=1_000_000,
    experiments=40,
    rate=1_500,
    kills=100,
    stops=50,
    rebalances=30,
    pauses=30,
    crashes=8,
    outages=4,
    moments=("first", "middle", "last"),
    planted_in=100_000,
)
