"""Plays a story of `sample`: units arrive, evidence grows, the verdict falls."""

import math
from hashlib import sha256

import numpy as np

from tests.web.rulings import rule
from tests.web.sample import ALPHA, SRM_THRESHOLD, START, STEP_MS, decision_of, instant

EVIDENCE = ("log_e", "max_log_e", "p_always_valid", "fired_at_units", "fired_at")
NULLS = {
    "superiority": ("no difference", "not worse"),
    "non_inferiority": ("worse by {0[absolute]} or more", "not worse by more than {0[absolute]}"),
}


def half_width(s2, tau):
    return math.sqrt(s2 * (s2 + tau**2) / tau**2 * (2 * math.log(1 / ALPHA) + math.log((s2 + tau**2) / s2)))


def one_sided(d, s2, tau):
    """Log mixture evidence that the effect is above zero."""
    total = s2 + tau**2
    both = 0.5 * math.log(s2 / total) + 0.5 * d**2 * tau**2 / (s2 * total)
    return both + math.log(math.erfc(-d * tau / math.sqrt(2 * s2 * total)) + 1e-300)


class Play:
    """One experiment in the making; `look()` moves it one round on and returns (object, point, decision or None)."""

    def __init__(self, story, seed=7):
        self.story = story
        self.rng = np.random.default_rng([seed, *story.id.encode()])
        arms = len(story.variants)
        self.units = np.zeros(arms, dtype=int)
        self.sums = {metric.id: np.zeros((arms, 2)) for metric in story.metrics}
        self.peaks, self.fired = {}, {}
        self.looks = self.seq = 0
        self.verdict, self.action, self.variant, self.reasons = "warming_up", "none", None, []
        self.decision, self.stopped_at = None, None

    def look(self):
        self.looks += 1
        self._arrive()
        srm, metrics = self._srm(), self._metrics()
        changed = self._judge(srm, metrics)
        obj = self._object(srm, metrics)
        decision = self._decide(obj) if changed else None
        return obj, self._point(srm, metrics), decision

    def tell(self, board, looks):
        """Go on for so many rounds, and show the board each."""
        for _ in range(looks):
            obj, point, decision = self.look()
            board.show(obj)
            board.add_point(obj["experiment_id"], point)
            if decision:
                board.add_decision(decision)

    def _arrive(self):
        new = self.rng.multinomial(self.rng.poisson(self.story.units_per_look), self.story.split)
        self.units += new
        for metric in self.story.metrics:
            for arm, units in enumerate(new):
                self.sums[metric.id][arm] += metric.draw(self.rng, arm, units)

    def _peak(self, key, log_e, threshold):
        peak = self.peaks[key] = max(self.peaks.get(key, 0.0), log_e)
        if peak >= threshold and key not in self.fired:
            self.fired[key] = (int(self.units.sum()), instant(self.looks))
        units, at = self.fired.get(key, (None, None))
        return {
            "log_e": log_e,
            "max_log_e": peak,
            "p_always_valid": min(1.0, math.exp(-peak)),
            "fired_at_units": units,
            "fired_at": at,
        }

    def _srm(self):
        theta = 1 / len(self.units)
        terms = [
            math.lgamma(1000 * theta + n) - math.lgamma(1000 * theta) - n * math.log(theta) for n in self.units.tolist()
        ]
        n = int(self.units.sum())
        return self._peak("srm", math.lgamma(1000) - math.lgamma(1000 + n) + sum(terms), SRM_THRESHOLD)

    def _metrics(self):
        return {
            metric.id: {key: self._cell(metric, arm, key) for arm, key in enumerate(self.story.variants)}
            for metric in self.story.metrics
        }

    def _cell(self, metric, arm, variant):
        n, (total, _) = int(self.units[arm]), self.sums[metric.id][arm]
        binary = metric.type == "binary"
        return {
            "units": n,
            "matured": n,
            "conversions": int(total) if binary else n,
            "sum": float(total),
            "mean": float(total) / n if n else None,
            "vs_control": self._contrast(metric, arm, variant) if arm else None,
            "early": None,
        }

    def _contrast(self, metric, arm, variant):
        n, sums = self.units, self.sums[metric.id]
        means = sums[:, 0] / n
        spread = ((sums[:, 1] + 2) / n - means**2) / n  # as if two more had converted: no variance is zero
        d, s2 = float(means[arm] - means[0]), float(spread[arm] + spread[0])
        half, z = half_width(s2, metric.tau), d / math.sqrt(s2)
        tests = self._tests(metric, variant, d, s2)
        return {
            "method": "label_bet" if metric.type == "binary" else "asymptotic_cs",
            "estimate": d,
            "lower": d - half,
            "upper": d + half,
            **self._relative(d, half, float(means[0])),
            **{key: tests[0][key] for key in EVIDENCE},
            "status": self._status(metric, variant),
            "tests": tests,
            "fixed_sample": {"z": z, "p": math.erfc(abs(z) / math.sqrt(2))},
        }

    def _tests(self, metric, variant, d, s2):
        """The metric's own test first, then harm; better is counted from zero or from the tolerated worsening."""
        sign = -1 if metric.direction == "decrease" else 1
        gain = sign * d + (metric.margin or {}).get("absolute", 0)
        odds = 1 if metric.margin else 2
        sides = {side: one_sided(side * gain, s2, metric.tau) for side in (1, -1)}
        own = sides[1] if metric.margin else float(np.logaddexp(sides[1], sides[-1]) - math.log(2))
        better = self._peak((metric.id, variant, "better"), sides[1], math.log(odds / ALPHA))
        harm = self._peak((metric.id, variant, "harm"), sides[-1], math.log(odds / ALPHA))
        shown = self._peak((metric.id, variant, "own"), own, math.log(odds / ALPHA))
        fired = {key: better[key] for key in ("fired_at_units", "fired_at")}
        common = {"reading": "matured", "alpha": ALPHA, "threshold": math.log(odds / ALPHA)}
        nulls = NULLS[metric.test]
        return [
            {"kind": metric.test, "null": nulls[0].format(metric.margin), **common, **shown, **fired},
            {"kind": "harm", "null": nulls[1].format(metric.margin), **common, **harm},
        ]

    def _status(self, metric, variant):
        if "srm" in self.fired:
            return "suspended"
        if (metric.id, variant, "harm") in self.fired:
            return "harmful"
        good = "non_inferior" if metric.margin else "winner"
        return good if (metric.id, variant, "better") in self.fired else "undecided"

    def _relative(self, d, half, base):
        names = ("relative", "relative_lower", "relative_upper")
        return {name: x / base if base else None for name, x in zip(names, (d, d - half, d + half), strict=True)}

    def _judge(self, srm, metrics):
        """Move the verdict when something has happened; a stop stays."""
        before = self.verdict
        if not self.verdict.startswith("invalid_") and (self.stopped_at is None or "srm" in self.fired):
            self._rule(srm, metrics)
        if self.verdict.startswith(("stop_", "invalid_")):
            self.stopped_at = self.stopped_at or instant(self.looks)
        return before != self.verdict

    def _rule(self, srm, metrics):
        ruling = rule(self.story, self.units, srm["max_log_e"] >= SRM_THRESHOLD, metrics)
        self.verdict, self.action, self.variant, self.reasons = ruling

    def _object(self, srm, metrics):
        return {
            "experiment_id": self.story.id,
            "epoch": 1,
            "config_hash": sha256(self.story.id.encode()).hexdigest(),
            "verdict": self.verdict,
            "action": self.action,
            "variant": self.variant,
            "clock": instant(self.looks),
            "stopped_at": self.stopped_at,
            "excluded": {"multi_variant": self.looks // 20, "warmup": 0, "late": self.looks // 9, "before_exposure": 2},
            "duplicate": self.looks // 5,
            "repeat_exposure": self.looks * 3,
            "srm": srm,
            "metrics": metrics,
            "reasons": self.reasons,
            "offsets": {"peekproof.exposures": {"0": int(self.units.sum())}},
            "decision": self.decision,
            "about": self.story.about(),
        }

    def _decide(self, obj):
        self.seq += 1
        decision = decision_of(obj, self.seq)
        self.decision = obj["decision"] = {
            "id": decision["id"],
            "seq": self.seq,
            "time": decision["time"],
            "verdict": obj["verdict"],
            "action": obj["action"],
        }
        return decision

    def _point(self, srm, metrics):
        return {
            "t": int(START.timestamp() * 1000) + self.looks * STEP_MS,
            "units": dict(zip(self.story.variants, self.units.tolist(), strict=True)),
            "srm_log_e": srm["log_e"],
            "metrics": {
                metric: {variant: _plotted(cell["vs_control"]) for variant, cell in cells.items() if cell["vs_control"]}
                for metric, cells in metrics.items()
            },
        }


def _plotted(versus):
    return {
        **{key: versus[key] for key in ("estimate", "lower", "upper", "log_e")},
        "p": versus["p_always_valid"],
        "early_log_e": None,
        "harm_p": versus["tests"][1]["p_always_valid"],
    }
