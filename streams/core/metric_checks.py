"""What must hold within one metric: its parts belong to its type, and its sizes can be reached."""

from collections.abc import Iterator
from itertools import chain

from streams.core.methods import EARLY, outcome
from streams.core.problems import Problem
from streams.core.schema import Definition, Metric, Size

AMOUNTS = ("count", "continuous")
BELONGS = {"denominator": ("ratio",), "threshold": ("quantile",), "covariate": AMOUNTS}
CAP = {"cap": "cap: {value: the largest that counts}"}
NEEDS = {
    "count": CAP,
    "continuous": CAP,
    "ratio": {"denominator": "denominator: {event: ..., count: true}"},
    "quantile": {"threshold": "threshold: the value whose share above is tested"},
}
LARGEST_LIFT = 10
LOWEST_MEAN = 1e-9  # below it evidence would have to be astronomical


def metric_problems(d: Definition) -> Iterator[Problem]:
    """Of every metric by itself."""
    checks = (_window, _parts, _ratio, _sizes, _reach, _margin, _baseline, _guardrail)
    for i, metric in enumerate(d.metrics):
        yield from chain.from_iterable(check(f"/metrics/{i}", metric) for check in checks)


def _window(at: str, metric: Metric) -> Iterator[Problem]:
    if metric.window.length <= 0:
        yield Problem(f"{at}/window/length", "the window is empty", "give a length such as 24h")


def _parts(at: str, metric: Metric) -> Iterator[Problem]:
    for name, fix in NEEDS.get(metric.type, {}).items():
        if getattr(metric, name) is None:
            yield Problem(f"{at}/{name}", f"a {metric.type} metric needs a {name}", f"add {fix}")
    for part, types in BELONGS.items():
        if getattr(metric, part) is not None and metric.type not in types:
            yield Problem(f"{at}/{part}", f"a {metric.type} metric has no {part}", "remove it")
    if metric.cap is not None and metric.type == "quantile":
        yield Problem(f"{at}/cap", "the share above a threshold is the same with a cap", "remove it")


def _ratio(at: str, metric: Metric) -> Iterator[Problem]:
    below = metric.denominator
    if below is not None and below.value == below.count:
        yield Problem(f"{at}/denominator", "sum the values or count the events", "give either value or count: true")
    if metric.numerator != "value" and metric.type != "ratio":
        yield Problem(f"{at}/numerator", "only a ratio has a numerator", "remove it")


def _sizes(at: str, metric: Metric) -> Iterator[Problem]:
    for name, size in (("mde", metric.mde), ("margin", metric.margin), ("target", metric.target)):
        if size is not None and (size.absolute is None) == (size.relative is None):
            yield Problem(f"{at}/{name}", "give either absolute or relative", "keep exactly one of the two")


def _reach(at: str, metric: Metric) -> Iterator[Problem]:
    """A rate can't fall by more than all of itself, and no difference of rates is larger than 1."""
    if outcome(metric) != "yes_no":
        return
    superior, down = metric.test == "superiority", metric.direction == "decrease"
    sizes = (
        ("mde", metric.mde, superior and down),
        ("margin", metric.margin, not down or metric.test == "equivalence"),
    )
    for name, size, falls in sizes:
        lift = _lift(metric, size) if name == "mde" else (size.relative or 0 if size else 0)
        if lift > LARGEST_LIFT or (falls and lift >= 1):
            most = "less than all of itself" if falls else f"at most {LARGEST_LIFT} times itself"
            yield Problem(f"{at}/{name}", f"a rate can't change by {lift:g} times itself", f"choose {most}")
        if size is not None and (size.absolute or 0) >= 1:
            yield Problem(f"{at}/{name}/absolute", "rates differ by less than 1", "choose less than 1")


def _lift(metric: Metric, size: Size | None) -> float:
    """An effect as a share of the baseline, as far as it is known."""
    if size is None or size.relative is not None:
        return size.relative or 0 if size else 0
    return (size.absolute or 0) / metric.baseline.mean if metric.baseline and metric.baseline.mean > 0 else 0


def _margin(at: str, metric: Metric) -> Iterator[Problem]:
    if metric.test != "superiority" and metric.margin is None:
        yield Problem(f"{at}/margin", f"{metric.test} needs a margin", "add margin: {absolute: ...} or {relative: ...}")
    if metric.test == "superiority" and metric.margin is not None:
        yield Problem(f"{at}/margin", "superiority has no margin", "remove it, or set test: non_inferiority")


def _baseline(at: str, metric: Metric) -> Iterator[Problem]:
    pointer, rate = f"{at}/baseline", outcome(metric) == "yes_no"
    if metric.baseline is None:
        if rate and metric.mde.absolute is not None:
            yield Problem(pointer, "the effect size needs a baseline", "add baseline: {mean: what is expected}")
    elif not LOWEST_MEAN <= metric.baseline.mean < (1 if rate else float("inf")):
        fix = "a rate lies between 0 and 1" if rate else "give a mean above 0"
        yield Problem(f"{pointer}/mean", f"{metric.baseline.mean} is out of range", fix)


def _guardrail(at: str, metric: Metric) -> Iterator[Problem]:
    if metric.role != "guardrail" and metric.action is not None:
        yield Problem(f"{at}/action", "only a guardrail has an action", "remove it, or set role: guardrail")
    if metric.early_action != "warn" and (metric.role != "guardrail" or metric.type not in EARLY):
        yield Problem(f"{at}/early_action", "only a binary guardrail acts early", "remove it")
