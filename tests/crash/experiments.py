"""The experiments of the load: each runs for its stretch of the events, and what is true of it decides how it ends."""

import json
from typing import NamedTuple

from streams.core.times import format_instant
from tests.worker.rig import START

AT_A_TIME = 4
ALPHA = 0.0001  # by chance no flat experiment has a winner, though there are many; true effects are large
BEGINNINGS = 8  # names of events; experiments that share one count each other's conversions
RULES = [  # nobody stops for futility: that would come as a surprise, sooner or later
    {"if": {"all": "primary", "is": "winner"}, "then": "ship"},
    {"if": {"any": "primary", "is": "harmful"}, "then": "rollback"},
]


class Truth(NamedTuple):
    """Shares of those who are shown the treatment, rates of conversion in both arms, and the verdict that follows."""

    treated: float
    rates: tuple[float, float]
    verdict: str


TRUTHS = {
    "winner": Truth(0.5, (0.10, 0.40), "stop_success"),
    "harmful": Truth(0.5, (0.40, 0.10), "stop_harm"),
    "flat": Truth(0.5, (0.20, 0.20), "stop_max_runtime"),
    "lopsided": Truth(0.8, (0.20, 0.20), "invalid_srm"),
}


class Experiment(NamedTuple):
    """One experiment: when it runs (ms), and what is true of it."""

    number: int
    start: int
    stop: int

    @property
    def id(self):
        return f"{self.name}-{self.number}"

    @property
    def name(self):
        return list(TRUTHS)[self.number % len(TRUTHS)]

    @property
    def truth(self):
        return TRUTHS[self.name]

    @property
    def event(self):
        return f"bought-{self.number % BEGINNINGS}"


def experiments(count, span):
    """So many experiments over `span` ms, overlapping."""
    length = span * AT_A_TIME // (count + AT_A_TIME - 1)
    return [
        Experiment(n, START + n * length // AT_A_TIME, START + n * length // AT_A_TIME + length) for n in range(count)
    ]


def write(folder, several):
    """Definition files of these, and of the experiment that lets the clocks strike at the end."""
    for x in several:
        (folder / f"{x.id}.yaml").write_text(json.dumps(definition(x)))
    strikes = definition(Experiment(0, START, START + 30 * 86_400_000))
    strikes["metadata"]["id"] = "clock"
    (folder / "clock.yaml").write_text(json.dumps(strikes))
    return folder


def definition(x):
    return {
        "apiVersion": "peekproof/v1",
        "kind": "Experiment",
        "metadata": {"id": x.id, "owner": {"name": "tests"}},
        "hypothesis": "Whatever happens to a worker, what it counts is what was sent.",
        "assignment": {
            "variants": [
                {"key": "a", "role": "control", "weight": 0.5},
                {"key": "b", "role": "treatment", "weight": 0.5},
            ]
        },
        "exposure": {
            "lateness": "5s",
            "clock_skew": "5s",
            "block_ratio": 0.5,
            "multi_variant": ("exclude", "first_seen")[x.number // len(TRUTHS) % 2],
        },
        "metrics": metrics(x),
        "statistics": {"alpha": ALPHA},
        "decision": {"rules": RULES},
        "schedule": {
            "start_at": format_instant(x.start),
            "stop_at": format_instant(x.stop),
            "min_runtime": "0s",
            "min_units": 100,
            "no_data_grace": "30d",
        },
    }


def metrics(x):
    """Every type of metric; the first one decides."""
    first = {"id": "bought", "role": "primary", "type": "binary", "window": {"length": "20s"}}
    second = {"role": "secondary", "window": {"delay": "2s", "length": "30s"}}
    of_type = [
        {
            "id": "spent",
            "type": "continuous",
            "cap": {"value": 50},
            "baseline": {"mean": 5},
            "covariate": {"attr": "age"},
        },
        {"id": "often", "type": "count", "cap": {"value": 20}, "baseline": {"mean": 1}},
        {"id": "each", "type": "ratio", "denominator": {"event": "seen", "count": True}},
        {"id": "large", "type": "quantile", "threshold": 20},
        {"id": "stayed", "type": "retention"},
    ]
    others = [second | of_type[(x.number + i) % len(of_type)] for i in range(2)]
    return [one | {"event": x.event, "direction": "increase"} for one in (first, *others)]
