"""One world read under a schedule of faults; without a schedule, as it goes when nothing fails.

The looks are the same in every run: all partitions tell their counts at the same instants, and only then are they
judged. So what a fault changes in the end is a defect.
"""

from collections import Counter
from random import Random

from streams.core.events import KINDS
from tests.simulator.broker import Broker, Log, TruncatedError
from tests.simulator.judge import Judge
from tests.simulator.owner import Owner
from tests.simulator.snapshots import newest

JUDGE = "judge"
FUSES = (1, 5), (0, 30), (0, 60)  # whether it burns while the judge is at work, and how many steps at most


class Run:
    """Everything a run of a world has come to.

    Args:
        world: what is read.
        crashes: how many, each at a random step of one or more actors.
        name: of the schedule; equal names are equal runs.

    Attributes:
        told: what happened how often, crashes by the step after which they struck.
    """

    def __init__(self, world, crashes=0, name=""):
        self.world, self.rng, self.told = world, Random(name) if crashes else None, Counter()
        self.broker = Broker([{kind: Log(topic[kind], end=0) for kind in KINDS} for topic in world.sources])
        self.owners = [self._owner(p) for p in range(len(world.sources))]
        self.judge = Judge(self.broker, world.catalogue)
        self._zombies = []
        but_the_last = range(len(world.rounds) - 1)  # which heals what nobody has told again
        struck = Counter(self.rng.choices(but_the_last, k=crashes)) if crashes else {}
        for number, one in enumerate(world.rounds):
            self._round(one, struck.get(number, 0))

    def _owner(self, partition):
        owner = Owner(self.broker, self.world.catalogue, partition)
        self.told["recovered"] += any(owner.attribution.offsets.values())
        return owner

    def _round(self, one, crashes):
        """Let everyone take steps in turn until all is read, told and judged, and every crash has struck."""
        self._produce(one)
        jobs = {owner.partition: self._reading(owner, one) for owner in self.owners}
        judged, fuse = False, self._fuse()
        while jobs or crashes or not judged:
            if not jobs and not judged:
                jobs[JUDGE], judged = self.judge.look(), True
            actor, step = self._step(jobs)
            fuse[actor == JUDGE] -= 1
            if crashes and (min(fuse) <= 0 or (judged and not jobs)):
                crashes, fuse = crashes - 1, self._fuse()
                judged = self._crash(jobs, one, actor, step) and judged

    def _produce(self, one):
        for p, stops in enumerate(one.stops):
            for kind, stop in stops.items():
                self.broker.sources[p][kind].end = stop
            if self.rng:
                self._tidy(p)

    def _tidy(self, p):
        """The broker compacts and deletes, never more than a snapshot makes up for."""
        topic, roll = self.broker.snapshots[p], self.rng.random()
        if roll < 0.3:
            topic.compact(set(self.rng.sample(range(len(topic.records)), len(topic.records) // 2)))
        elif roll < 0.4 and (manifest := newest(topic.table())):
            for kind, offset in zip(KINDS, manifest.offsets, strict=True):
                self.broker.sources[p][kind].start = offset
                self.told["truncated"] += 1

    def _reading(self, owner, one):
        """What a worker does with a partition until the next round."""
        for kind, stop, again in self._batches(owner, one.stops[owner.partition]):
            owner.take(kind, stop, again)
            yield "after_state"
        owner.attribution.advance(one.clock)
        yield from owner.tell(everything=True)
        yield "after_counts"
        if self.rng and self.rng.random() < 0.8:
            yield from owner.snapshot(whole=self.rng.random() < 0.1)

    def _batches(self, owner, stops):
        if not self.rng:
            return [(kind, stops[kind], 0) for kind in KINDS]
        offsets = owner.attribution.offsets
        halves = [(kind, (offsets[kind] + stops[kind]) // 2, self.rng.randrange(9)) for kind in KINDS]
        first = self.rng.sample(halves, self.rng.randrange(3))
        return first + self.rng.sample([(kind, stops[kind], self.rng.randrange(9)) for kind in KINDS], 2)

    def _fuse(self):
        """Steps of others and of the judge until the next crash. The judge takes few, and each of them matters."""
        fuse = [10**6, 10**6]
        if self.rng:
            whose, most = self.rng.choice(FUSES)
            fuse[whose] = self.rng.randrange(1, most)
        return fuse

    def _step(self, jobs):
        """Of anyone; who took it, and what it was."""
        self._haunt()
        if not jobs:
            return JUDGE, "idle"
        actor = self.rng.choice(list(jobs)) if self.rng else next(iter(jobs))
        step = next(jobs[actor], "done")
        if step == "done":
            del jobs[actor]
        return actor, step

    def _crash(self, jobs, one, actor, step):
        """The memory of whoever was at work is lost, and of some others, and somebody takes over.

        Returns:
            Whether the judge stands.
        """
        victims = [v for v in (JUDGE, *range(len(self.owners))) if v == actor or self.rng.random() < 0.3]
        self.told["crashes"] += 1
        self.told[f"crash {step}"] += 1
        for victim in victims:
            left = jobs.pop(victim, iter(()))
            if victim == JUDGE:
                self.judge = Judge(self.broker, self.world.catalogue)
            else:
                self._bury(left, self.owners[victim], one)
                self.owners[victim] = self._owner(victim)
                jobs[victim] = self._reading(self.owners[victim], one)
        return JUDGE not in victims

    def _bury(self, job, owner, one):
        """Now and then one that is thought dead is only asleep."""
        if self.rng.random() < 0.4:
            self._zombies += [job, self._reading(owner, one)]

    def _haunt(self):
        if self._zombies and self.rng.random() < 0.15:
            zombie = self._zombies[0]
            try:
                self.told["zombie steps"] += 1
                if next(zombie, None) is None:
                    self._zombies.remove(zombie)
            except TruncatedError:
                self._zombies.remove(zombie)
