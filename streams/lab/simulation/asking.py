"""Questions from options, or from definitions; an option given beside a definition takes its place."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from streams.codecs.definitions import load
from streams.core.definition import Experiment, Metric
from streams.core.schema import DAY
from streams.core.times import parse_duration
from streams.lab.planning.options import Given, parse_mde, refused
from streams.lab.simulation.question import Question, Ramp

NEEDED = {"baseline": "0.12", "mde": "5%", "units_per_day": "20000"}
STAGE = 0.1  # of the days: how long a stage of a ramp lasts that does not say

Stage = tuple[float, float | None]  # share of treatment, and for how many days


def ask(experiments: Path | None, options: Given) -> list[Question]:
    """Read options; of definitions, one question for every primary yes-or-no metric that asks for superiority.

    Raises:
        DefinitionError: naming the option and the fix.
    """
    given = {name: READERS.get(name, _same)(name, value) for name, value in options.items() if value is not None}
    if experiments is None:
        return [_question(given)]
    found = [_of(x, m, given) for x in load(experiments).experiments.values() for m in x.metrics if _wanted(m)]
    if not found:
        raise refused("experiments", "no primary yes-or-no metric that asks for superiority", "add one")
    return found


def _question(given: Given) -> Question:
    for name, example in NEEDED.items():
        if given.get(name) is None:
            raise refused(name, "not given", f"give one such as {example}")
    values = dict(given)
    days = values.get("days", Question.days)
    values["looks"] = values.get("looks", max(1, round(days)))
    if "ramp" in values:
        values["ramp"] = _starts(values["ramp"], days)
    return Question(**values)


def _of(x: Experiment, m: Metric, given: Given) -> Question:
    """Of the first treatment; units of others are none of its arms'."""
    treatment = next(v for v in range(len(x.variants)) if v != x.control)
    entering = x.spec.planning and x.spec.planning.units_per_day * (x.weights[0][treatment] + x.weights[0][x.control])
    declared = {
        "title": f"{x.id} {m.spec.id}",
        "baseline": m.baseline,
        "mde": m.design.mde,
        "units_per_day": entering,
        "ramp": _allocation(x, treatment),
        "window": m.closes / DAY,
        "days": x.spec.schedule.max_runtime / DAY,
        "alpha": x.spec.statistics.alpha,
        "beta": x.spec.statistics.beta,
        "side": 1 if m.spec.direction == "increase" else -1,
    }
    return _question({**declared, **given})


def _wanted(m: Metric) -> bool:
    return m.spec.role == "primary" and m.spec.test == "superiority" and m.outcome == "yes_no"


def _allocation(x: Experiment, treatment: int) -> list[Stage]:
    """Share of a treatment against control, and days, of each phase; the last is open."""
    shares = [row[treatment] / (row[treatment] + row[x.control]) for row in x.weights]
    edges = [x.spec.schedule.start_at or next(iter(x.phase_starts), 0), *x.phase_starts]
    lengths = [(end - start) / DAY for start, end in pairwise(edges)]
    return list(zip(shares, [*lengths, None], strict=True))


def parse_ramp(name: str, text: str) -> list[Stage]:
    """`10%,50%` or, with the length of a stage, `10%:3d,50%`."""
    try:
        return [_stage(*stage.split(":")) for stage in text.split(",")]
    except (TypeError, ValueError):
        raise refused(name, f"{text!r} is no ramp", "give shares of treatment such as 10%:3d,50%") from None


def _stage(share: str, length: str | None = None) -> Stage:
    number = float(share.strip().rstrip("%")) / (100 if share.strip().endswith("%") else 1)
    return number, None if length is None else parse_duration(length.strip()) / DAY


def _starts(stages: list[Stage], days: float) -> Ramp:
    start, starts = 0.0, []
    for share, length in stages:
        starts.append((start, share))
        start += STAGE * days if length is None else length
    return tuple(starts)


def _days(name: str, text: str) -> float:
    try:
        return parse_duration(text) / DAY
    except ValueError as error:
        raise refused(name, str(error), "give one such as 7d or 12h") from None


def _same(_name: str, value: Any) -> Any:
    return value


READERS: Mapping[str, Callable[[str, Any], Any]] = {
    "mde": lambda _, text: parse_mde(text),
    "ramp": parse_ramp,
} | dict.fromkeys(("delay", "window", "days"), _days)
