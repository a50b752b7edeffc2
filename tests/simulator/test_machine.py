"""Whatever happens in whatever order: every count told is that of an independent recount, every decision stands on one.

Read, look, take snapshots, crash, go on as a zombie, compact, delete: hypothesis looks for the sequence that breaks it,
with few units on a coarse grid of times. With HYPOTHESIS_PROFILE=nightly it looks forty times as long.
"""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from streams.audit.cells import state_hash
from streams.codecs.cloudevents import Decoder
from streams.codecs.definitions import parse
from streams.core import changes
from streams.core.definition import Catalogue
from streams.core.events import KINDS, Arrival
from streams.core.times import parse_instant
from tests.oracle.worlds import BEGIN, GARBAGE, conversions, definitions, exposures, stamp
from tests.simulator.broker import Broker, Log, TruncatedError
from tests.simulator.checks import differing, total
from tests.simulator.judge import Judge
from tests.simulator.ledger import Ledger, seen
from tests.simulator.owner import Owner
from tests.simulator.snapshots import newest

RUNS = 6_000 if settings().max_examples >= 1_000 else 100
PARTITIONS, UNITS = 2, "uvwxyz"
NAMES = ["one", "two"]
SECOND, HOUR = 1_000, 3_600_000
ALL = 10**6
DONE = "done"

WAITS = st.sampled_from([0, 0, 0, 30, 60, 60.001, 120, 300])
DELAYS = st.sampled_from([0, 0, 0, 0, 30, 60, 60.001, 120, 120.001, 300, 300.001, -60, -60.001])
EVENT = st.tuples(st.one_of(exposures(NAMES), exposures(NAMES[:1]), conversions(NAMES)), st.sampled_from(UNITS), DELAYS)
EVENTS = st.lists(st.one_of(*[EVENT] * 12, st.sampled_from(GARBAGE)), min_size=1, max_size=8)
BATCHES = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 9), st.integers(0, 3)), max_size=4)
PLACES = st.integers(0, PARTITIONS - 1)
WHO = st.integers(0, 5)
STEPS = st.sampled_from([1, 2, 3, 4, ALL, ALL])


@st.composite
def lively(draw, name):
    """A definition whose gates open in such small worlds."""
    found = draw(definitions(name))
    found["schedule"] |= {
        "stop_at": stamp(BEGIN + timedelta(minutes=draw(st.sampled_from([8, 60])))),
        "min_units": draw(st.integers(0, 3)),
        "no_data_grace": draw(st.sampled_from(["1m", "1h"])),
    }
    return found


SOME = st.sampled_from([NAMES[:1], NAMES]).flatmap(lambda names: st.tuples(*map(lively, names)))


class Installation(RuleBasedStateMachine):
    """Two source partitions, whoever reads them, and a judge.

    Attributes:
        living: by partition, zombies and at the end the owner.
        packing: by owner, the snapshot it is at.
    """

    @initialize(several=SOME)
    def begin(self, several):
        patch.object(changes, "MOST_UNITS", 1).start()  # every snapshot is packed in several pieces
        self.catalogue = Catalogue({d["metadata"]["id"]: parse(json.dumps(d).encode()) for d in several})
        self.ledger = Ledger(several, PARTITIONS)
        self.broker = Broker([{kind: Log() for kind in KINDS} for _ in range(PARTITIONS)])
        self.now = parse_instant(stamp(BEGIN)) + 30 * SECOND
        self.living = [[Owner(self.broker, self.catalogue, p)] for p in range(PARTITIONS)]
        self.packing = {}
        self.told = 0
        self.start_judge(0)

    def produce(self, events, wait):
        self.now += int(wait * SECOND)
        for event in events:
            if isinstance(event, bytes):
                self.append(len(event) % PARTITIONS, KINDS[event > b"c"], event)
            else:
                self.send(*event)

    def send(self, event, unit, delay):
        time = datetime.fromtimestamp(self.now / SECOND - delay, UTC)
        event = event | {"time": stamp(time), "data": event["data"] | {"unit_id": unit}}
        kind = KINDS["event" in event["data"]]
        self.append(UNITS.index(unit) % PARTITIONS, kind, json.dumps(event).encode())

    def append(self, partition, kind, value):
        log = self.broker.sources[partition][kind]
        self.ledger.enter(partition, kind, log.end, value, self.now)
        log.append(Arrival(log.end, self.now, Decoder().decode(value), self.now))

    @rule(events=EVENTS, wait=WAITS, partition=PLACES, who=WHO, batches=BATCHES, clock=st.booleans())
    def read(self, events, wait, partition, who, batches, clock):
        self.produce(events, wait)
        if owner := self.someone(partition, who):
            self.take(owner, batches)
            if clock:
                owner.attribution.advance(min([self.now, *unread(owner)]))

    @rule(partition=PLACES, who=WHO, everything=st.booleans())
    def tell(self, partition, who, everything):
        if owner := self.someone(partition, who):
            self.count(owner, everything)

    @rule(partition=PLACES, who=WHO, whole=st.booleans(), steps=STEPS)
    def snapshot(self, partition, who, whole, steps):
        if owner := self.someone(partition, who):
            job = self.packing.setdefault(owner, owner.snapshot(whole=whole))
            if DONE in islice(chain(job, [DONE]), steps):
                del self.packing[owner]

    @rule(events=EVENTS, wait=WAITS, whole=st.booleans())
    def go_on(self, events, wait, whole):
        """As it goes when nothing fails: all is read, told, kept and judged."""
        self.produce(events, wait)
        for partition in range(PARTITIONS):
            if (owner := self.someone(partition, 0)) and self.take(owner, [(kind, ALL, 0) for kind in KINDS]):
                owner.attribution.advance(self.now)
                self.count(owner, everything=True)
                self.snapshot(partition, 0, whole, ALL)
        self.judge(ALL, ALL)

    @rule(partition=PLACES, asleep=st.booleans())
    def crash(self, partition, asleep):
        """Somebody takes over; the old owner is dead, or only asleep."""
        if (owner := self.someone(partition, 0)) and not asleep:
            self.bury(owner)
        try:
            self.living[partition].append(Owner(self.broker, self.catalogue, partition))
        except TruncatedError:
            self.abandon(partition)

    @rule(partition=PLACES, spare=st.sets(st.integers(0, 30)))
    def compact(self, partition, spare):
        self.broker.snapshots[partition].compact(spare)

    @rule(partition=PLACES, beyond=st.sampled_from([0, 0, 0, 0, 0, 1]))
    def delete(self, partition, beyond):
        """The broker forgets what a snapshot makes up for, and perhaps more."""
        manifest = newest(self.broker.snapshots[partition].table())
        offsets = manifest.offsets if manifest else (0, 0)
        for log, offset in zip(self.broker.sources[partition].values(), offsets, strict=True):
            log.start = max(log.start, min(log.end, offset + beyond))

    @rule(most=st.integers(1, 6), steps=STEPS)
    def judge(self, most, steps):
        self.looking = self.looking or self.seat.look(most)
        if DONE in islice(chain(self.looking, [DONE]), steps):
            self.looking = None
        for decision in self.broker.decisions[self.told :]:
            self.check_decision(decision)
        self.told = len(self.broker.decisions)
        assert self.broker.backward == []

    @rule(again=st.integers(0, 5))
    def start_judge(self, again):
        """Another one, with what the last one has left."""
        self.seat, self.looking, self.ends = Judge(self.broker, self.catalogue, again), None, self.broker.ends()
        left = [decision for case in self.seat.cases.values() for decision in case.outbox]
        self.inherited = {*self.broker.decisions, *left}

    def someone(self, partition, who):
        """The owner for 0, else any of those who are alive, if there are."""
        alive = self.living[partition]
        return alive[-1 - who % len(alive)] if alive else None

    def take(self, owner, batches):
        """Read, or refuse to: who lacks records is no owner any more. Whether it is."""
        try:
            for kind, size, again in batches:
                owner.take(kind, owner.attribution.offsets[kind] + size, again)
        except TruncatedError:
            self.bury(owner)
        return owner in self.living[owner.partition]

    def bury(self, owner):
        self.living[owner.partition].remove(owner)
        self.packing.pop(owner, None)

    def abandon(self, partition):
        """Nobody can read it on."""
        while self.living[partition]:
            self.bury(self.living[partition][-1])

    def count(self, owner, everything):
        """Tell counts: they are those of the records below their offsets at their clock."""
        for _ in owner.tell(everything=everything):
            said = self.broker.counts[-1]
            assert said.cells == self.cells(said.experiment, said.partition, said.offsets, said.clock)

    def cells(self, id_, partition, offsets, clock):
        return self.ledger.cells(self.catalogue.experiments[id_], partition, offsets, clock)

    def check_decision(self, decision):
        """None before all is counted that was there when the judge took over, and none from other cells."""
        said, places = json.loads(decision), seen(decision)
        reached = all(a >= b for p, (offsets, _) in places.items() for a, b in zip(offsets, self.ends[p], strict=True))
        assert reached or decision in self.inherited
        cells = [self.cells(said["subject"], p, offsets, parse_instant(t)) for p, (offsets, t) in places.items()]
        assert said["data"]["evidence"]["state_hash"] == state_hash(total(cells))

    def teardown(self):
        patch.stopall()
        if not hasattr(self, "seat"):
            return
        finished = [bool(alive) and self.finish(alive[-1]) for alive in self.living]
        self.judge(ALL, ALL)  # ends what it was at,
        self.judge(ALL, ALL)  # and takes what is new
        self.check_numbers()
        if all(finished):
            self.check_end()

    def finish(self, owner):
        """Read what is left, and let the clock run on until everyone has matured; whether nothing was missing."""
        if not self.take(owner, [(kind, ALL, 0) for kind in KINDS]):
            return False
        owner.attribution.advance(self.now + HOUR)
        self.count(owner, everything=True)
        self.check_conservation(owner)
        return True

    def check_conservation(self, owner):
        """Every record of every log is accepted, late or rejected for its reason."""
        for kind, outcomes in self.ledger.outcomes[owner.partition].items():
            told = {name.removeprefix("rejected."): n for name, n in owner.attribution.tallies[kind].items()}
            assert {name: told.get(name, 0) for name in outcomes} == outcomes
            assert told.get("read", 0) == outcomes.total()

    def check_numbers(self):
        """Decisions of an experiment are numbered without a gap, and those of one number are the same."""
        last = Counter(subject for subject, _ in self.broker.rulings)
        assert set(self.broker.rulings) == {(subject, n + 1) for subject, most in last.items() for n in range(most)}
        assert differing(self) == []

    def check_end(self):
        """The judge has heard everything."""
        ends, clock = self.broker.ends(), self.now + HOUR
        for id_, case in self.seat.cases.items():
            told = {int(p): (part.offsets, part.clock, part.cells) for p, part in case.state.parts.items()}
            assert told == {p: (end, clock, self.cells(id_, p, end, clock)) for p, end in ends.items()}


def unread(owner):
    """Record times."""
    logs = owner.broker.sources[owner.partition]
    return [one.time for kind, log in logs.items() for one in log.arrivals[owner.attribution.offsets[kind] :]]


TestInstallation = Installation.TestCase
TestInstallation.settings = settings(
    max_examples=RUNS,
    stateful_step_count=40,
    phases=set(Phase) - {Phase.explain},
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
