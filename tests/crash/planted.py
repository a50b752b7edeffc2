"""Defects that are planted in a worker: the checks must find every one, or they are worth nothing."""

from typing import NamedTuple

ONCE = """
def once(work, instead, at=500):
    calls = 0
    def counting(*arguments):
        nonlocal calls
        calls += 1
        return (instead if calls == at else work)(*arguments)
    return counting
"""
DROP = """
from streams.core.units import Units
Units.enter = once(Units.enter, lambda *_: None)
"""
DOUBLE = """
from streams.core.units import Units
enter = Units.enter
def twice(*arguments):
    enter(*arguments)
    enter(*arguments)
Units.enter = once(enter, twice)
"""
SWAP = """
from streams.core.units import Units
enter = Units.enter
def swapped(self, key, arm, *rest):
    other = next(one for one in self._awake._arms.all if one.number == arm.number and one.variant != arm.variant)
    enter(self, key, other, *rest)
Units.enter = once(enter, swapped)
"""
LOSE_A_PARTITION = """
from streams.core.attribution import Attribution
counts = Attribution.counts
def lost(self, **options):
    found = counts(self, **options)
    return [one._replace(cells=[0] * len(one.cells)) for one in found] if self.partition == 2 else found
Attribution.counts = lost
"""
LATE_COUNTED = """
from streams.core import attribution
judge = attribution.Attribution._expose
class Lenient(attribution.Ordinary):
    def expose(self, *told):
        return super().expose(*told[:-1], min(told[-2:]))
    def convert(self, *told):
        return super().convert(*told[:-1], min(told[-2:]))
attribution.Ordinary = Lenient
attribution.Attribution._expose = lambda self, e, at, present: judge(self, e, min(e.time, at), present)
"""
DECIDE_TWICE = """
from streams.core.topology import DECISIONS
from streams.worker import judging
send = judging.send
async def again(producer, letters):
    told = list(letters)
    await send(producer, told + [one for one in told if one.topic == DECISIONS])
judging.send = again
"""
OLDER_IS_NEWER = """
from streams.core.state import Part
Part.is_older_than = lambda self, offsets, clock: (*self.offsets, self.clock) != (*offsets, clock)
"""
STALE_SNAPSHOT = """
from streams.worker.snapshots.keeper import Keeper
restore = Keeper._restore
def stale(self, *arguments):
    state = restore(self, *arguments)
    if state is not None:
        state.offsets.update({kind: offset + 20 for kind, offset in state.offsets.items()})
    return state
Keeper._restore = stale
"""
FROM_COMMITS = """
from faust.types import TP
from streams.worker.reading import SOURCES
from streams.worker.transport.positions import Positions
seek = Positions.perform_seek
async def seek_commits(self):
    await super(Positions, self).perform_seek()
    for partition, reading in self.app.readings.items():
        for kind, topic in SOURCES.items():
            reading.attribution.offsets[kind] = self.published(TP(topic, partition))
    await seek(self)
Positions.perform_seek = seek_commits
"""
ASLEEP = """
import os, signal
from streams.worker import failpoints
passed = set()
def sleep_before_the_table(name):
    if name == "before_table" and name not in passed:
        passed.add(name)
        os.kill(os.getpid(), signal.SIGSTOP)
failpoints.reach = sleep_before_the_table
"""
WITHOUT_A_LEASE = """
from streams.worker.lease import Lease
async def hold(self):
    pass
Lease.hold = hold
"""


class Defect(NamedTuple):
    """What a worker does wrong, and how it begins.

    From the source alone, from a snapshot that others left, or by falling asleep until it has been replaced.
    """

    name: str
    prelude: str
    begins: str = "source"


DEFECTS = [
    Defect("drops one event", ONCE + DROP),
    Defect("counts one event twice", ONCE + DOUBLE),
    Defect("takes one variant for the other", ONCE + SWAP),
    Defect("loses a partition", LOSE_A_PARTITION),
    Defect("counts what is late", LATE_COUNTED),
    Defect("decides twice", DECIDE_TWICE),
    Defect("takes older counts for newer ones", OLDER_IS_NEWER),
    Defect("takes a snapshot for newer than it is", STALE_SNAPSHOT, "snapshot"),
    Defect("writes after it was replaced", WITHOUT_A_LEASE, "asleep"),
]
BEGINNINGS = ("snapshot and commits", "asleep")  # a sound worker must be found sound whatever it begins with
CONTROL = Defect("reads from committed offsets", FROM_COMMITS, "snapshot and commits")
