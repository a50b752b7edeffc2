"""Runs a worker with a defect, and asks the checks."""

import signal
import time

from confluent_kafka import Consumer, Producer, TopicPartition

from streams.codecs import counts as counts_codec
from streams.core.attribution import Counts
from streams.core.topology import APPLICATION, COUNTS, partition_of
from tests.crash import checks, oracle, outputs
from tests.crash.fleet import BEAT, PATIENCE, Fleet
from tests.crash.planted import ASLEEP
from tests.crash.trial import A_DAY, at_rest, decided
from tests.worker.rig import PARTITIONS, produce, strike

SOUND = ""
QUIET = 3  # seconds for which a sound worker must show nothing of what a zombie says
SELDOM = {"snapshot_every_s": 3_600}  # but at the end
NAME = "worker-1"


class Bench:
    """A small world to try workers in."""

    def __init__(self, world):
        self._world = world
        self._fill()
        self._truth = oracle.ask(world.bootstrap, world.folder)

    def examine(self, prelude=SOUND, begins="source", patience=QUIET):
        """Names of the checks that find something in a worker."""
        world = self._world
        if begins == "asleep":
            return self._wake(prelude)
        if begins == "source":
            outputs.wipe(world.bootstrap)
        else:
            self._prepare(commits=begins != "snapshot")
        with self._fleet(prelude=prelude) as fleet, outputs.Told(world.bootstrap, from_start=True) as told:
            worker = fleet.start(NAME)
            flaws = at_rest(world, fleet, self._truth, told) | decided(world)
            flaws |= {"decided once": checks.repeated(world.bootstrap), "versions": checks.set_back(world.bootstrap)}
            if not any(flaws.values()):
                flaws["zombies are not heard"] = self._haunt(worker, patience)
        return [check for check, found in flaws.items() if found]

    def _wake(self, prelude):
        """A worker falls asleep when it is about to write the table, and wakes when another has gone further."""
        bootstrap, records = self._world.bootstrap, [*self._world.load.records(), *strike(A_DAY)]
        part = len(records) // 3
        outputs.wipe(bootstrap, keep=frozenset())
        produce(bootstrap, records[:part])
        with self._fleet(prelude=prelude + ASLEEP) as asleep, self._fleet() as awake:
            sleeper = asleep.start("sleeper")
            asleep.wait_for(sleeper.is_stopped, "a worker to fall asleep")
            produce(bootstrap, records[part:])
            awake.start(NAME)
            with outputs.Told(bootstrap, from_start=True) as told:
                flaws = at_rest(self._world, awake, self._truth, told)
            sleeper.signal(signal.SIGCONT)
            awake.wait_for(lambda: sleeper.has_ended() or checks.set_back(bootstrap), "the sleeper to do something")
            flaws |= {"versions": checks.set_back(bootstrap)}
        return [check for check, found in flaws.items() if found]

    def _fleet(self, **settings):
        return Fleet(self._world.bootstrap, self._world.folder, **SELDOM, **settings)

    def _fill(self):
        outputs.wipe(self._world.bootstrap, keep=frozenset())
        produce(self._world.bootstrap, self._world.load.records())
        produce(self._world.bootstrap, strike(A_DAY))

    def _prepare(self, *, commits):
        """A sound worker leaves a snapshot of a part of the events; a second one commits some more and is killed."""
        records = [*self._world.load.records(), *strike(A_DAY)]
        part = len(records) // 3
        outputs.wipe(self._world.bootstrap, keep=frozenset())
        with self._fleet() as fleet:
            self._feed(fleet, records[:part], part)
            fleet.stop(NAME)
            if commits:
                self._feed(fleet, records[part : 2 * part], 2 * part)
                fleet.wait_well(lambda: self._committed() == 2 * part, "all that is read to be committed")
                fleet.kill(NAME)
        produce(self._world.bootstrap, records[part * (1 + commits) :])

    def _feed(self, fleet, records, total):
        produce(self._world.bootstrap, records)
        fleet.start(NAME)
        fleet.wait_read(total)

    def _committed(self):
        consumer = Consumer({"bootstrap.servers": self._world.bootstrap, "group.id": APPLICATION})
        told = consumer.committed(_places(), timeout=60)
        consumer.close()
        return sum(max(0, place.offset) for place in told)

    def _haunt(self, worker, patience):
        """Tell again and again that nothing has been read yet, as a worker would that was asleep."""
        producer = Producer({"bootstrap.servers": self._world.bootstrap}, logger=outputs.SILENT)
        end = time.monotonic() + patience
        while time.monotonic() < end:
            for name, partition in self._truth.cells:
                home = partition_of(name.encode(), PARTITIONS)
                producer.produce(COUNTS, self._nothing(worker, name, partition), key=str(partition), partition=home)
            producer.flush(PATIENCE)
            time.sleep(BEAT)
            if flaws := list(checks.shown(self._truth, worker)):
                return flaws
        return []

    def _nothing(self, worker, name, partition):
        told = worker.ask(f"/api/experiments/{name}")
        zeros = [0] * len(self._truth.cells[name, partition])
        return counts_codec.encode([Counts(name, told["epoch"], told["config_hash"], partition, (0, 0), 0, zeros)])


def _places():
    return [TopicPartition(topic, partition) for topic in oracle.SOURCES for partition in range(PARTITIONS)]
