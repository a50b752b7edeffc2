"""Random small worlds on a coarse grid of times, so that ties, boundaries, lateness, copies and crossings are the rule.

A world is (definitions, lines, until). Left out is what the contract does not fix: copies of equal time, event and
value with different properties, and a clock that stops before the last record.
"""

import json
import random
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from streams.audit.counting.lines import milliseconds

BEGIN = datetime(2025, 3, 10, tzinfo=UTC)
HALF_MINUTES = st.integers(0, 18).map(lambda step: timedelta(seconds=30 * step))
DELAYS = st.sampled_from([0, 30, 60, 60.001, 120, 120.001, 300, 300.001, 1800, -60, -60.001]).map(
    lambda s: timedelta(seconds=s)
)
SPANS = st.sampled_from(["0s", "30s", "1m", "2m"])
WINDOWS = st.fixed_dictionaries({"delay": SPANS, "length": st.sampled_from(["30s", "2m", "5m", "12m"])})
FILTERS = [{"all": [{"attr": "value", "gte": 2}]}, {"all": [{"attr": "value", "exists": True}]}]
TYPES = ["binary", "retention", "count", "continuous", "ratio", "quantile"]
AMOUNTS = ("count", "continuous")
SUMS = [{"value": True}, {"count": True}]
SPENT = [0, 2, 2, 3.5, -1, "much", True, None, 9_000_000_000_000, 9_000_000_000_001]
ELIGIBLE = {"all": [{"attr": "country", "in": ["FR", "DE"]}]}
GARBAGE = [b"", b"  ", b"{", b"[]", b"\xff", b'{"specversion":"1.0"}']

SEEDS = st.integers(0, 999)


def shuffle(lines, seed):
    """An order told by a number shrinks apart from the lines."""
    return random.Random(seed).sample(lines, len(lines))


def stamp(time):
    return time.isoformat().replace("+00:00", "Z")


def sometimes(value, default=None):
    return st.sampled_from([default] * 5 + [value])


def metrics():
    optional = {"filter": st.sampled_from(FILTERS)}
    required = {"type": st.sampled_from(TYPES), "event": st.sampled_from("aab"), "window": WINDOWS}
    required |= {"parts": parts()}
    return st.lists(st.fixed_dictionaries(required, optional=optional), min_size=1, max_size=3).map(numbered)


@st.composite
def parts(draw):
    """Of every type of metric what it alone has."""
    below = {"event": draw(st.sampled_from("abb"))} | draw(st.sampled_from(SUMS))
    below |= draw(sometimes({"filter": draw(st.sampled_from(FILTERS))}, {}))
    amount = {"cap": {"value": 42}, "baseline": {"mean": 1}}
    amount |= draw(st.sampled_from([{}, {"covariate": {"attr": draw(st.sampled_from(["spent", "past.spent"]))}}]))
    ratio = {"denominator": below, "numerator": draw(st.sampled_from(["value", "value", "count"]))}
    ratio |= draw(sometimes({"cap": {"value": 3}}, {}))
    quantile = {"threshold": draw(st.sampled_from([0.0001, 2, 2.5, 41]))}
    return dict.fromkeys(AMOUNTS, amount) | {"ratio": ratio, "quantile": quantile}


def numbered(several):
    roles = ["primary"] + ["secondary"] * len(several)
    extras = [metric.pop("parts").get(metric["type"], {}) for metric in several]
    return [
        {"id": f"m{i}", "role": role, "direction": "increase"} | metric | extra
        for i, (role, metric, extra) in enumerate(zip(roles, several, extras, strict=False))
    ]


def variants(weights):
    keys = ["control", "bold", "wide"][: len(weights)]
    return [
        {"key": k, "role": "treatment", "weight": w} | ({"role": "control"} if k == "control" else {})
        for k, w in zip(keys, weights, strict=True)
    ]


@st.composite
def definitions(draw, name):
    """Of every part that changes a count, one of few values."""
    multi = draw(st.sampled_from(["exclude", "first_seen"]))
    exposure = {
        "multi_variant": multi,
        "lateness": draw(st.sampled_from(["1m", "2m", "5m"])),
        "clock_skew": draw(st.sampled_from(["1m", "5m"])),
    }
    exposure["accept"] = draw(st.sampled_from([["exposure"], ["exposure", "evaluation"]]))
    schedule = {
        "start_at": stamp(BEGIN + timedelta(seconds=30)),
        "stop_at": stamp(BEGIN + timedelta(minutes=8)),
        "min_runtime": "1m",
    }
    schedule["warmup"] = draw(st.sampled_from(["0s", "0s", "1m"]))
    arms = variants(draw(st.sampled_from([(0.5, 0.5), (0.4, 0.3, 0.3)])))
    draw_order = draw(st.permutations(arms))
    assignment = {"variants": draw_order} | draw(sometimes({"eligibility": ELIGIBLE}, {}))
    return {
        "apiVersion": "peekproof/v1",
        "kind": "Experiment",
        "metadata": {"id": name, "owner": {"name": "Ada", "contact": "ada@example.org"}},
        "hypothesis": "A bolder button raises purchases.",
        "assignment": assignment,
        "exposure": exposure,
        "metrics": draw(metrics()),
        "schedule": schedule,
    } | draw(sometimes({"privacy": {"require_consent": "analytics"}}, {}))


@st.composite
def exposures(draw, names):
    data = {
        "experiment_id": draw(st.sampled_from(names * 10 + ["nobody-knows"])),
        "variant": draw(st.sampled_from(["control"] * 9 + ["bold"] * 9 + ["wide"])),
    }
    spent = st.sampled_from(SPENT)
    known = {"country": draw(sometimes("US", "FR")), "spent": draw(spent), "past": {"spent": draw(spent)}}
    data |= {"attributes": known}
    data |= draw(st.sampled_from([{}, {"assignment_reason": "split"}]))
    kind = draw(sometimes("evaluation", "exposure"))
    return draw(envelopes(f"peekproof.{kind}.v1", data))


@st.composite
def conversions(draw, names):
    data = {"event": draw(st.sampled_from(["a"] * 11 + ["b"] * 5 + ["c"]))}
    data |= draw(sometimes({"reverses": draw(st.sampled_from("xyz"))}, {}))
    data |= draw(sometimes({"experiment_id": draw(st.sampled_from(names))}, {}))
    value = draw(st.sampled_from([None] * 10 + [1, 2, 2.5, 40, 0.000001] * 8 + [-1, 9_000_000_000_001]))
    data |= {} if value is None else {"value": value}
    return draw(envelopes("peekproof.conversion.v1", data))


@st.composite
def envelopes(draw, type_, data):
    time = BEGIN + draw(HALF_MINUTES)
    recorded = {} if draw(st.booleans()) else {"recordtime": stamp(time + draw(DELAYS))}
    data |= {"unit_id": draw(st.sampled_from("uv"))} | draw(sometimes({}, {"consent": ["analytics"]}))
    identity = {"id": draw(st.sampled_from("xyz")), "source": draw(sometimes("/t", "/s"))}
    return {"specversion": "1.0", "type": type_, "time": stamp(time)} | identity | recorded | {"data": data}


def lines(names):
    """Four lists in one: long on average, and still shrinking to nothing."""
    event = st.one_of(exposures(names), conversions(names), conversions(names)).map(lambda e: json.dumps(e).encode())
    some = st.lists(st.one_of(*[event] * 12, st.sampled_from(GARBAGE)), max_size=12)
    return st.tuples(some, some, some, some).map(lambda parts: [line for part in parts for line in part])


@st.composite
def worlds(draw):
    names = draw(st.sampled_from([["one"], ["one", "two"]]))
    written = draw(lines(names))
    after = draw(st.sampled_from([None, None, 1, 3, 6]))
    until = after and stamp(last_minute(written) + timedelta(minutes=after))
    return [draw(definitions(name)) for name in names], written, until


def last_minute(written):
    """The minute of the last record, or of the beginning."""
    return max([BEGIN, *(datetime.fromtimestamp(recorded(line) // 60_000 * 60, UTC) for line in written)])


def recorded(line):
    """Record time in ms; garbage is recorded at the beginning."""
    try:
        event = json.loads(line)
        return milliseconds(event.get("recordtime") or event["time"])
    except (ValueError, AttributeError, KeyError):
        return milliseconds(stamp(BEGIN))
