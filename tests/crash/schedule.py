"""What happens when: in an order and at event counts that the seed tells."""

import random

from streams.worker.failpoints import NAMES
from tests.crash.faults import Faults
from tests.services.fault_proxy import FAULTS

MOMENTS = ("first", "middle", "last")
CHAIN = 4  # failpoints one after the other
CALM = 0.25  # of the steps begin when all has been read, the others meet whoever is still recovering
SHARE = 0.5  # of the events are sent while things happen; the rest finds everybody well


def steps(size, chance):
    """Names of faults with their arguments: first a lonely worker dies in every place, then all the rest."""
    places = list(_places(size))
    yield from (("failpoints", *places[start : start + CHAIN]) for start in range(0, len(places), CHAIN))
    rest = [("kill",)] * size.kills + [("stop",)] * size.stops + [("rebalance",)] * size.rebalances
    rest += [("pause",)] * size.pauses + [("crash",)] * size.crashes
    rest += [("outage", kind) for kind in FAULTS] * size.outages
    yield from chance.sample(rest, len(rest))


def _places(size):
    """Every failpoint at every moment, or at one of them."""
    for number, point in enumerate(NAMES):
        yield from ((point, moment) for moment in size.moments or [MOMENTS[number % len(MOMENTS)]])


def run(world, fleet, flow, tell):
    """Let it all happen, and tell each step."""
    chance = random.Random(world.size.seed)
    faults, plan = Faults(world, fleet, flow, chance), list(steps(world.size, chance))
    share = int(SHARE * world.size.events / len(plan))
    for number, (name, *arguments) in enumerate(plan):
        what = " ".join([name, *(":".join(one) if isinstance(one, tuple) else one for one in arguments)])
        tell(f"{number + 1}/{len(plan)}  {flow.delivered:,} events  {what}")
        flow.allow(share)
        at = flow.wait(flow.delivered + chance.randrange(share))
        if chance.random() < CALM:
            fleet.wait_read(at)
        getattr(faults, name)(*arguments)
        fleet.heal()
