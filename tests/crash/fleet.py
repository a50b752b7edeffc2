"""The workers: as a supervisor keeps them. One that has ended is started again under its name, so it is nobody new."""

import signal
import time
from collections import Counter
from contextlib import ExitStack

from tests.crash.group import Group
from tests.crash.member import Member
from tests.worker.rig import worker

PATIENCE = 600  # seconds for anything to happen, on a machine that does much else
BEAT = 0.1  # seconds between two questions
KILLED = -signal.SIGKILL
SETTINGS = {"session_timeout_s": 6, "full_round_s": 1, "snapshot_every_s": 2}


class Fleet:
    """Running workers by name.

    Attributes:
        happened: what was done to them, and what they did, by name.
        said: the last words of those that ended by themselves.
    """

    def __init__(self, address, folder, **settings):
        self.members = {}
        self.happened = Counter()
        self.said = []
        self._address, self._folder, self._group = address, folder, Group(address)
        self._settings = SETTINGS | settings
        self._crashed = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for name in list(self.members):
            self.forget(name)

    def start(self, name, **settings):
        """A new process."""
        lease = ExitStack()
        process = lease.enter_context(worker(self._address, self._folder, name, **{**self._settings, **settings}))
        self.members[name] = Member(process, lease)
        self.happened["starts"] += 1
        return self.members[name]

    def kill(self, name):
        """At once."""
        self.members[name].signal(signal.SIGKILL)
        self._count(self.end_of(name), KILLED, "kills")

    def crash(self, name):
        """Kill it, and start it again; see how far its snapshot was behind what it had read."""
        self._crashed[name] = self.members[name].partitions()
        self.kill(name)
        self.start(name)

    def stop(self, name):
        """Ask politely, and nobody who does not listen yet."""
        member = self.members[name]
        self.wait_for(lambda: member.has_ended() or member.listens(), f"{name} to listen")
        if member.code is None:
            member.signal(signal.SIGTERM)
        self._count(self.end_of(name), 0, "stops")

    def stop_all(self):
        for name in list(self.members):
            self.stop(name)

    def end_of(self, name):
        """Wait for it; the exit code."""
        member = self.members[name]
        self.wait_for(member.has_ended, f"{name} to end")
        if member.code not in (0, KILLED):
            self.said.append(member.last_word())
        self.forget(name)
        return member.code

    def heal(self):
        """Start again what has ended by itself."""
        self._compare()
        for name in [name for name, member in self.members.items() if member.has_ended()]:
            self.happened["ended by themselves"] += 1
            self.said.append(self.members[name].last_word())
            self.forget(name)
            self.start(name)

    def position(self):
        """Records that are in the state of some worker."""
        best = Counter()
        for one in self.members.values():
            for partition, place in one.partitions().items():
                best[partition] = max(best[partition], _sum(place["offsets"]))
        return best.total()

    def wait_shared(self, *names):
        """Until the group is these, and each of them works on what it was given."""

        def shared():
            return self._group.shares() == {name: set(self.members[name].partitions()) for name in names}

        self.wait_well(shared, f"{names} to share all partitions")

    def wait_read(self, position):
        """Until so many records are in their state."""
        self.wait_well(lambda: self.position() >= position, f"{position} records in the state")

    def wait_well(self, condition, what):
        """While every worker is there."""
        self.wait_for(lambda: self.heal() or condition(), what)

    def wait_for(self, condition, what):
        """Patiently: to ask costs the workers time."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {PATIENCE} s in vain for {what}\n{self._state()}")
            time.sleep(BEAT)

    def _count(self, code, expected, what):
        """What was to happen, unless it had ended by itself a moment before."""
        self.happened[what if code == expected else "ended by themselves"] += 1

    def _compare(self):
        """What those that were killed have restored is less than they had read: more is to be read again."""
        for name, told in [(name, self.members[name].partitions()) for name in self._crashed.keys() & self.members]:
            if told:
                before = self._crashed.pop(name)
                again = [_sum(before[p]["offsets"]) - _sum(told[p]["restored"]) for p in before.keys() & told.keys()]
                self.happened["kills ahead of the snapshot"] += any(more > 0 for more in again)
                self.happened["records read again"] += sum(more for more in again if more > 0)

    def forget(self, name):
        """Whatever is left of the process ends now: later its number may be another's."""
        self.members.pop(name).lease.close()

    def _state(self):
        told = ((name, one.ask("/api/pipeline"), one.last_words()) for name, one in self.members.items())
        return "\n".join(f"{name}: {pipeline}\n{words}" for name, pipeline, words in told)


def _sum(offsets):
    return sum(offsets.values())
