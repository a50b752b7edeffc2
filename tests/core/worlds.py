"""Random small worlds for attribution: few units and a coarse grid of times, so that ties and boundaries are the rule.

Long stretches follow short windows: much happens to units whose counting is over.
"""

from hypothesis import strategies as st

from streams.core.attribution import Attribution
from streams.core.events import KINDS
from tests.core.samples import BOUGHT, MINUTE, SPENT, arrival, arrivals, catalogue, conversion, experiment, exposure

HALF = MINUTE // 2
WINDOW = {"window": {"length": "2m"}}
LATER = {"role": "secondary", "window": {"delay": "30s", "length": "3m"}}
PER_REFUND = LATER | {"id": "per", "type": "ratio", "event": "order", "denominator": {"event": "refund", "value": True}}
METRICS = (
    BOUGHT | WINDOW,
    SPENT | LATER | {"role": "primary"},
    SPENT | LATER | {"id": "adjusted", "covariate": {"attr": "spent"}},
    PER_REFUND,
    LATER | {"id": "much", "type": "quantile", "event": "order", "threshold": 20},
)
SUMS = (
    SPENT | LATER | {"role": "primary"},
    SPENT | LATER | {"id": "orders", "type": "count", "cap": {"value": 2}, "window": {"length": "4m"}},
    BOUGHT | WINDOW | {"role": "secondary"},
    *METRICS[3:],
)
ALIKE = (BOUGHT | WINDOW, BOUGHT | LATER | {"id": "again"}, BOUGHT | LATER | {"id": "back", "event": "refund"})
START_AT = {"min_runtime": "0s", "start_at": "2025-03-10T00:00:00Z"}
BARE = (BOUGHT | WINDOW, SPENT | LATER | {"window": {"delay": "90s", "length": "1s"}})
EXPERIMENTS = catalogue(
    experiment(*METRICS, exposure={"lateness": "1m"}),
    experiment(
        *METRICS,
        metadata={"id": "warm", "owner": {"name": "Ada"}},
        exposure={"lateness": "2m", "multi_variant": "first_seen"},
        schedule=START_AT | {"warmup": "10m"},
        privacy={"require_consent": "analytics"},
    ),
    experiment(*BARE, metadata={"id": "bare", "owner": {"name": "Ada"}}, exposure={"lateness": "1m"}),
    experiment(*ALIKE, metadata={"id": "alike", "owner": {"name": "Ada"}}, exposure={"lateness": "1m"}),
    experiment(*SUMS, metadata={"id": "sums", "owner": {"name": "Ada"}}, exposure={"lateness": "1m"}),
    experiment(
        *BARE[:1],
        metadata={"id": "late", "owner": {"name": "Ada"}},
        exposure={"lateness": "5m", "multi_variant": "first_seen"},
        schedule=START_AT | {"warmup": "2m"},
    ),
)
TIMES = st.integers(0, 40).map(lambda step: step * HALF)
DELAYS = st.sampled_from([0, 0, 0, HALF, MINUTE, MINUTE + 1, 2 * MINUTE, 2 * MINUTE + 1, -HALF])
UNITS = st.integers(1, 4)
KNOWN = ["demo", "warm", "bare", "bare", "alike", "alike", "alike", "sums", "sums", "sums", "late", "late", "nobody"]
CONSENT = st.sampled_from([("analytics",), ("analytics",), ()])
VALUES = st.sampled_from([None, 0.0, 1.5, 40.0, 1_000.0, -1.0])


@st.composite
def exposures(draw):
    changes = {"consent": draw(CONSENT), "experiment_id": draw(st.sampled_from(KNOWN))}
    changes["attributes"] = {"spent": draw(st.sampled_from([None, 0, -1.5, 3]))}
    variant = draw(st.sampled_from(["control", "control", "bold"]))
    return arrival(exposure(draw(UNITS), variant, draw(TIMES), **changes), delay=draw(DELAYS))


@st.composite
def conversions(draw):
    changes = {
        "value": draw(VALUES),
        "consent": draw(CONSENT),
        "event": draw(st.sampled_from(["order", "order", "refund"])),
    }
    changes["target"] = draw(st.sampled_from([None, None, 1, 2]))
    changes["experiment_id"] = draw(st.sampled_from([None, None, None, "demo", "warm", "bare"]))
    event = conversion(draw(UNITS), draw(TIMES), draw(st.integers(1, 3)), **changes)
    return arrival(event, delay=draw(DELAYS))


UNREADABLE = st.builds(lambda at: arrival(exposure(1, at=at))._replace(event="malformed"), TIMES)


@st.composite
def worlds(draw):
    """Both topics: lists of arrivals in the order of their record times."""
    first = draw(st.lists(exposures() | exposures() | UNREADABLE, min_size=1, max_size=12))
    second = draw(st.lists(conversions(), max_size=10))
    return dict(zip(KINDS, (arrivals(first), arrivals(second)), strict=True))


STEPS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 5), st.integers(0, 3), st.booleans()), max_size=12)


def read_at_once(world, experiments=EXPERIMENTS):
    core = Attribution(experiments)
    for kind, topic in world.items():
        core.apply(kind, topic)
    return core


def deliver(core, world, steps):
    """Read in steps (kind, how many, how many of them again, whether to look); yields what each look changed.

    Between the steps the clock runs as far as it may: up to the next record that was not read.
    """
    read = dict.fromkeys(world, 0)
    for kind, size, again, look in [*steps, *((kind, 100, 0, True) for kind in world)]:
        begin, read[kind] = max(0, read[kind] - again), read[kind] + size
        core.apply(kind, world[kind][begin : read[kind]])
        if look:
            core.advance(min((one.time for k in world for one in world[k][read[k] :]), default=0))
            yield core.counts()


def cells(core, clock):
    core.advance(clock)
    return {counts.experiment: counts.cells for counts in core.counts(everything=True)}


def last(world):
    return max(one.time for topic in world.values() for one in topic)


def tally(core):
    return {name: count for name, count in core.tally.items() if name != "behind_clock" and count}
