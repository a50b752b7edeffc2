"""What is sent: users who meet variants and act, and all that real logs hold besides.

Copies, some of them different; events that come out of order and too late; users who see both variants; conversions
that are taken back, have no value, come before the exposure or are of no use; and records that must be refused. The
same size gives the same records in the same order. Record times never go back, as on a log that a broker stamps.
"""

import random
from heapq import heappop, heappush
from typing import NamedTuple

from streams.core.topology import CONVERSIONS, EXPOSURES
from tests.crash.experiments import experiments
from tests.worker.rig import START, event

SPACING = 40  # ms between two users
LATENESS = 5_000  # of every experiment
EVENTS_PER_USER = 1.65
GARBAGE = (b"", b"{", b"\xff\xfe", b"[" * 2_000, b'{"specversion":"1.0","id":"x"}', b'{"time": 1e999}')


class Sent(NamedTuple):
    """A record in the order in which it is sent."""

    recorded: int
    number: int  # of two that are recorded together the first made is the first sent
    topic: str
    unit: str
    value: bytes


class Load:
    """The records of a size."""

    def __init__(self, size):
        self.size = size
        self.experiments = experiments(size.experiments, int(size.events / EVENTS_PER_USER) * SPACING)

    def records(self):
        """All of them, the same every time: (topic, unit, record time, value)."""
        self._chance = random.Random(self.size.seed)
        self._waiting, self._made, self._now = [], 0, START
        sent = self._in_order()
        for _ in range(self.size.events):
            one = next(sent)
            yield one.topic, one.unit, one.recorded, one.value

    def _in_order(self):
        number = 0
        while True:
            now = START + number * SPACING
            while self._waiting and self._waiting[0].recorded <= now:
                yield heappop(self._waiting)
            self._now = now
            self._visit(f"u{number}", now)
            number += 1

    def _visit(self, unit, now):
        running = [x for x in self.experiments if x.start <= now < x.stop] or self.experiments[-1:]
        for x in self._chance.sample(running, 1 + (len(running) > 1 and self._happens(0.1))):
            self._meet(x, unit, now)
        if self._happens(0.02):
            self._spoil(unit, now)

    def _meet(self, x, unit, now):
        if self._happens(0.03):
            self._act(x, f"{unit}-{x.number}-before", unit, now)
            now += self._chance.randint(1, 80_000)
        variant = "b" if self._happens(x.truth.treated) else "a"
        self._expose(x, unit, variant, now)
        if self._happens(0.05):
            self._expose(x, unit, variant, now + self._chance.randint(-4_000, 4_000))
        if self._happens(0.03):
            self._expose(x, unit, "ab"[variant == "a"], now + self._chance.randint(-4_000, 20_000))
        if self._happens(x.truth.rates[variant == "b"]):
            for act in range(1 + self._happens(0.3)):
                self._act(x, f"{unit}-{x.number}-{act}", unit, now + self._chance.randint(0, 18_000))

    def _expose(self, x, unit, variant, at):
        age = {"attributes": {"age": self._chance.randint(18, 80)}} if self._happens(0.8) else {}
        data = {"experiment_id": x.id, "variant": variant, "unit_id": unit, **age}
        self._send(EXPOSURES, unit, at, event("exposure", f"{unit}-{self._made}", at, data))

    def _act(self, x, id_, unit, at):
        value = self._chance.choice((None, 1, 2.5, 10, 40, 70))
        data = {"event": x.event, "unit_id": unit} | ({} if value is None else {"value": value})
        copies = 1 + self._happens(0.1)
        for _ in range(copies):
            self._send(CONVERSIONS, unit, at, event("conversion", id_, at, data))
        if self._happens(0.05):
            self._send(CONVERSIONS, unit, at + 7, event("conversion", id_, at + 7, data | {"value": 3}))
        if self._happens(0.08):
            back = at + self._chance.randint(1, 60_000)
            self._send(CONVERSIONS, unit, back, event("conversion", f"{id_}-back", back, data | {"reverses": id_}))
        if self._happens(0.2):
            self._send(CONVERSIONS, unit, at, event("conversion", f"{id_}-seen", at, data | {"event": "seen"}))

    def _spoil(self, unit, now):
        """A record that is refused, or of no use."""
        known = {"experiment_id": self.experiments[0].id, "variant": "a", "unit_id": unit}
        wrong = self._chance.choice(
            (
                (EXPOSURES, self._chance.choice(GARBAGE)),
                (CONVERSIONS, self._chance.choice(GARBAGE)),
                (EXPOSURES, event("exposure", unit, now, known | {"experiment_id": "unheard-of"})),
                (EXPOSURES, event("exposure", unit, now, known | {"variant": "c"})),
                (EXPOSURES, event("exposure", unit, now - 90_000_000, known)),
                (EXPOSURES, event("exposure", unit, now + 86_400_000, known)),
                (EXPOSURES, event("click", unit, now, known)),
                (CONVERSIONS, event("conversion", unit, now, {"event": "seen", "unit_id": unit, "value": -1})),
                (CONVERSIONS, event("conversion", unit, now, {"event": "slept", "unit_id": unit})),
            )
        )
        self._send(wrong[0], unit, now, wrong[1])

    def _send(self, topic, unit, at, value):
        """Recorded soon after it happened; too late one time in a hundred."""
        waits = LATENESS + self._chance.randint(1, 60_000) if self._happens(0.01) else self._chance.randint(0, 4_000)
        self._made += 1
        heappush(self._waiting, Sent(max(at + waits, self._now), self._made, topic, unit, value))

    def _happens(self, probability):
        return self._chance.random() < probability
