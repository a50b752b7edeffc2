"""What is done to workers, broker and network. Each leaves a fleet that can go on, and tells `fleet.happened`."""

import signal
from itertools import count

from tests.crash.fleet import KILLED

LONG = 3_000  # records sent while the network or a worker is away
MOST = 4  # workers
OFTEN = {"after_state": 30, "mid_counts": 15, "after_counts": 20, "before_table": 8, "after_table": 5, "mid_chunk": 9}
AT_THE_END = """
from streams.worker import failpoints
from streams.worker.worker import Worker
drain = Worker._drain

async def drain_and_die(self):
    failpoints.reach = failpoints.Failpoints("POINT:1").reach
    await drain(self)

Worker._drain = drain_and_die
"""


class Faults:
    """Done to a fleet while the load flows."""

    def __init__(self, world, fleet, flow, chance):
        self._world, self._fleet, self._flow, self._chance = world, fleet, flow, chance
        self._names = (f"worker-{number}" for number in count(1))
        self._fleet.start(next(self._names))

    def kill(self):
        """SIGKILL when it has just read something; it comes back."""
        name = self._one()
        self._let_read(name)
        self._fleet.crash(name)

    def stop(self):
        """SIGTERM; it comes back."""
        name = self._one()
        self._fleet.stop(name)
        self._fleet.start(name)

    def rebalance(self):
        """A worker joins, or leaves for good."""
        several = len(self._fleet.members)
        if several < MOST and (several == 1 or self._chance.random() < 0.5):
            self._fleet.start(next(self._names))
        else:
            self._fleet.stop(self._one())
        self._fleet.wait_shared(*self._fleet.members)
        self._fleet.happened["rebalances"] += 1

    def pause(self):
        """SIGSTOP until the others have taken over; then it wakes up and believes that nothing has happened."""
        if len(self._fleet.members) == 1:
            self._fleet.start(next(self._names))
        self._fleet.wait_shared(*self._fleet.members)
        name = self._one()
        self._fleet.members[name].signal(signal.SIGSTOP)
        self._flow.allow(LONG)
        self._fleet.wait_shared(*(other for other in self._fleet.members if other != name))
        self._fleet.members[name].signal(signal.SIGCONT)
        self._fleet.happened["pauses"] += 1
        self._fleet.wait_shared(*self._fleet.members)

    def crash(self):
        """The broker is killed, and comes back."""
        self._world.kill_broker()
        self._world.start_broker()
        self._fleet.happened["broker crashes"] += 1

    def outage(self, kind):
        """The network fails workers in one way or the other, while the load goes on."""
        hits, goal = self._world.proxy.hits[kind], self._flow.delivered + LONG
        with self._world.proxy.fault(kind):
            self._flow.allow(LONG)
            self._flow.wait(goal)
            self._fleet.wait_for(lambda: self._world.proxy.hits[kind] > hits, f"the network to be {kind}")
        self._fleet.happened[f"network {kind}"] += 1

    def failpoints(self, *chosen):
        """A worker kills itself in some places one after the other, each time as soon as it has come back."""
        name = self._one()
        self._fleet.kill(name)
        for point, moment in chosen:
            died = self._at_the_end(name, point) if moment == "last" else self._in_time(name, point, moment)
            self._fleet.happened["failpoints" if died else "failpoints not reached"] += 1
        self._fleet.start(name)

    def _in_time(self, name, point, moment):
        """The first time it gets there, or later; if it takes more events, there are more."""
        time = 1 if moment == "first" else self._chance.randint(2, OFTEN.get(point, 3))
        member = self._fleet.start(name, failpoint=f"{point}:{time}", snapshot_every_s=1)

        def has_ended():
            self._flow.go_on(self._fleet.position())
            return member.has_ended()

        self._fleet.wait_for(has_ended, f"{point} to be reached {time} times")
        return self._fleet.end_of(name) == KILLED

    def _at_the_end(self, name, point):
        """After it was told to stop: not every place is on that way."""
        member = self._fleet.start(name, prelude=AT_THE_END.replace("POINT", point))
        self._fleet.wait_for(member.partitions, f"{name} to work")
        self._flow.allow(LONG)
        member.signal(signal.SIGTERM)
        return self._fleet.end_of(name) == KILLED

    def _let_read(self, name):
        before = self._fleet.members[name].ahead()

        def reads():
            self._flow.go_on(self._fleet.position())
            return self._flow.is_over() or self._fleet.members[name].ahead() > before

        self._fleet.wait_well(reads, f"{name} to read something")

    def _one(self):
        return self._chance.choice(list(self._fleet.members))
