"""Four synthetic experiments told look by look, in the shapes the worker gives to the board.

The numbers come from a seeded simulation and the textbook mixture test, so that plots look like real ones; they are
material for the page, not a reference for the statistics.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import numpy as np

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
STEP_MS = 1000
ALPHA, SRM_ALPHA = 0.05, 0.001
SRM_THRESHOLD = -math.log(SRM_ALPHA)


@dataclass(frozen=True)
class Metric:
    """`rates` are true means per variant, control first."""

    id: str
    rates: tuple[float, ...]
    tau: float
    role: str = "primary"
    type: str = "binary"
    direction: str = "increase"
    margin: dict | None = None

    def draw(self, rng, arm, units):
        """Sum and sum of squares of so many units; continuous ones are skewed like order values."""
        if self.type == "binary":
            hits = rng.binomial(units, self.rates[arm])
            return np.array([hits, hits])
        values = rng.gamma(2.0, self.rates[arm] / 2, units)
        return np.array([values.sum(), (values**2).sum()])

    @property
    def test(self):
        return "non_inferiority" if self.margin else "superiority"

    def about(self):
        return {
            **{key: getattr(self, key) for key in ("role", "type", "direction", "margin")},
            "test": self.test,
            "alpha": ALPHA,
        }


@dataclass(frozen=True)
class Story:
    id: str
    name: str
    hypothesis: str
    metrics: tuple[Metric, ...]
    variants: tuple[str, ...] = ("control", "personal")
    split: tuple[float, ...] = (0.5, 0.5)
    team: str = "growth"
    surface: str = "checkout"
    units_per_look: int = 60

    def about(self):
        roles = ["control", *["treatment"] * (len(self.variants) - 1)]
        weight = 1 / len(self.variants)
        return {
            "name": self.name,
            "team": self.team,
            "surface": self.surface,
            "owner": {"name": "Ada Brandt", "contact": "ada@example.org"},
            "runbook": "https://example.org/runbooks/" + self.id,
            "hypothesis": self.hypothesis,
            "alpha": ALPHA,
            "srm_threshold": SRM_THRESHOLD,
            "variants": [{"key": k, "role": r, "weight": weight} for k, r in zip(self.variants, roles, strict=True)],
            "metrics": {metric.id: metric.about() for metric in self.metrics},
        }


WINNER = Story(
    "checkout-cta-2026-11",
    "Checkout call to action",
    "Naming the delivery day on the button raises purchases.",
    (
        Metric("purchase", (0.12, 0.149), 0.015),
        Metric("order_value", (42.0, 42.6), 1.5, role="secondary", type="continuous"),
        Metric("refund", (0.02, 0.0195), 0.004, role="guardrail", direction="decrease", margin={"absolute": 0.01}),
    ),
)
HARM = Story(
    "email-digest-2026-11",
    "Personalised e-mail digest",
    "A digest chosen for each reader brings more of them back to the site.",
    (
        Metric("click", (0.20, 0.207, 0.21), 0.02),
        Metric(
            "unsubscribe",
            (0.006, 0.0065, 0.021),
            0.003,
            role="guardrail",
            direction="decrease",
            margin={"absolute": 0.002},
        ),
    ),
    variants=("control", "personal", "personal_bold"),
    split=(1 / 3, 1 / 3, 1 / 3),
    team="lifecycle",
    surface="email",
    units_per_look=75,
)
AA = Story(
    "home-aa-2026-11",
    "Home page, A against A",
    "Two identical home pages bring the same share of visitors to search.",
    (Metric("search", (0.31, 0.31), 0.02),),
    variants=("control", "same"),
    surface="home",
)
BROKEN = Story(
    "search-ranking-2026-11",
    "Search ranking with recent views",
    "Ranking recently viewed items higher makes more searches end in a click.",
    (Metric("result_click", (0.44, 0.44), 0.02),),
    variants=("control", "recent"),
    split=(0.54, 0.46),
    team="search",
    surface="search",
)
STORIES = (WINNER, HARM, AA, BROKEN)


def instant(look):
    return datetime.fromtimestamp(START.timestamp() + look * STEP_MS / 1000, UTC).isoformat().replace("+00:00", "Z")


def decision_of(obj, seq):
    identity = f"{obj['experiment_id']}|1|{obj['config_hash']}|{seq}"
    data = {key: obj[key] for key in ("experiment_id", "epoch", "config_hash", "verdict", "action", "reasons")}
    return {
        "type": "peekproof.decision.v1",
        "id": sha256(identity.encode()).hexdigest(),
        "source": "/peekproof",
        "subject": obj["experiment_id"],
        "time": obj["clock"],
        "data": {
            **data,
            "revision": 1,
            "seq": seq,
            "action_state": "recommended",
            "latched": obj["verdict"].startswith(("stop_", "invalid_")),
            "evidence": {"units": {}, "state_hash": sha256(obj["clock"].encode()).hexdigest()},
        },
    }
