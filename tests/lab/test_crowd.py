"""Simulated users: reproducible, and as the truth wants them within exact binomial limits."""

from collections import Counter
from itertools import islice

import msgspec
import pytest
from scipy import stats as sps

from streams.codecs.cloudevents import Decoder
from streams.core.definition import Catalogue
from streams.core.events import Conversion, Exposure
from streams.core.times import parse_instant
from streams.lab.crowd import PROMPT, Crowd, Truth
from tests.core.samples import BOUGHT, MINUTE, SPENT, experiment, variants

START = parse_instant("2026-01-01T00:00:00Z")
WINDOW = {"window": {"delay": "1m", "length": "2m"}}
LATER = {"id": "back", "role": "secondary", "type": "retention", "event": "visit"} | WINDOW
SOLD = BOUGHT | {"baseline": {"mean": 0.2}, "mde": {"relative": 0.5}}
PLAIN = experiment(SOLD, LATER, SPENT | {"role": "secondary", "baseline": {"mean": 7}})
SKEWED = experiment(
    BOUGHT | {"direction": "decrease", "baseline": {"mean": 0.3}, "mde": {"relative": 0.5}},
    metadata={"id": "skewed", "owner": {"name": "Ada"}},
    assignment={"variants": variants(0.6, 0.2, 0.2)},
)
TRUTH = Truth(split={"control": 0.5, "bold": 0.25, "wide": 0.25}, rates={"bought": {"control": 0.4, "wide": 0.05}})
USERS = 8_000


def crowd(seed=7, rate=100.0, **truths):
    return Crowd(Catalogue({x.id: x for x in (PLAIN, SKEWED)}), truths, rate, seed, START)


@pytest.fixture(scope="module")
def told():
    """How often each thing was told of the first users: within a day, all they do has happened."""
    events = list(islice(crowd(rate=1.0, skewed=TRUTH).happenings(), 3 * USERS))
    first = {one.unit for one in [one for one in events if one.kind == "exposures"][:USERS]}
    return Counter(one.told for one in events if one.unit in first)


def likely(count, of, chance):
    """Within the exact limits that one of ten thousand crowds misses."""
    low, high = sps.binom.ppf([5e-5, 1 - 5e-5], of, chance)
    return low <= count <= high


def test_the_same_seed_gives_the_same_events():
    first, second, other = (list(islice(crowd(seed).happenings(), 500)) for seed in (7, 7, 8))
    assert first == second != other


def test_events_come_in_the_order_of_their_times():
    times = [one.time for one in islice(crowd().happenings(), 3_000)]
    assert times == sorted(times)
    assert times[0] >= START


def test_users_come_at_the_declared_rate():
    exposures = [one for one in islice(crowd(rate=50.0).happenings(), 4_000) if one.kind == "exposures"]
    seconds = (exposures[-1].time - START) / 1000
    low, high = sps.gamma.ppf([5e-5, 1 - 5e-5], len(exposures)) / 50
    assert low <= seconds <= high


def test_every_user_meets_one_experiment_in_turn(told):
    exposed = Counter()
    for (experiment_id, _, what), count in told.items():
        exposed[experiment_id] += count * (what == "exposures")
    assert exposed == {"demo": USERS // 2, "skewed": USERS // 2}


@pytest.mark.parametrize(
    ("id_", "shares"),
    [("demo", {"control": 0.5, "bold": 0.5}), ("skewed", {"control": 0.5, "bold": 0.25, "wide": 0.25})],
)
def test_the_split_is_the_declared_one_or_the_true_one(told, id_, shares):
    assert all(likely(told[id_, variant, "exposures"], USERS // 2, share) for variant, share in shares.items())


@pytest.mark.parametrize(
    ("id_", "metric", "rates"),
    [
        ("demo", "bought", {"control": 0.2, "bold": 0.3}),
        ("demo", "back", {"control": 0.05, "bold": 0.05}),
        ("demo", "spent", {"control": 0.05, "bold": 0.05}),
        ("skewed", "bought", {"control": 0.4, "bold": 0.15, "wide": 0.05}),
    ],
)
def test_rates_are_the_true_ones_or_what_was_hoped_for(told, id_, metric, rates):
    found = {v: (told[id_, v, metric], told[id_, v, "exposures"]) for v in rates}
    assert all(likely(*found[v], rate) for v, rate in rates.items())


def test_what_they_send_is_understood_and_falls_into_the_window():
    entered, decoder = {}, Decoder()
    for one in islice(crowd().happenings(), 2_000):
        event = decoder.decode(msgspec.json.encode(one.event))
        assert (type(event), event.time) == (Exposure if one.kind == "exposures" else Conversion, one.time)
        if one.kind == "exposures":
            entered[event.unit] = event.time
        elif one.told[0] == "demo":
            metric = next(m for m in PLAIN.metrics if m.spec.id == one.told[2])
            assert 0 <= one.time - entered[event.unit] - metric.opens <= PROMPT * (metric.closes - metric.opens)
            assert event.value == (7.0 if metric.spec.id == "spent" else None)


def test_a_rate_is_never_above_one():
    sure = experiment(BOUGHT | {"baseline": {"mean": 0.9}, "mde": {"relative": 0.5}})
    happenings = islice(Crowd(Catalogue({"demo": sure}), {}, 1.0, 1, START).happenings(), 2_000)
    counts = Counter(one.told[1:] for one in happenings)
    assert counts["control", "bought"] < counts["control", "exposures"]
    assert 0 <= counts["bold", "exposures"] - counts["bold", "bought"] <= 5 * MINUTE // 1000
