"""Options of a plan as people write them, read into sizes, shares and lengths."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from stats.arrays import SUM_TOLERANCE
from stats.sequential.base import Effect
from streams.core.times import parse_duration
from streams.core.validation import DefinitionError, Problem

Given = Mapping[str, Any]  # what was given, by the name of the option with underscores


def read(options: Given) -> dict[str, Any]:
    """Those that were given.

    Raises:
        DefinitionError: one can't be read.
    """
    known = {name: value for name, value in options.items() if value is not None and value is not False}
    return known | {name: reader(known[name]) for name, reader in READERS.items() if name in known}


def refused(name: str, wrong: str, fix: str) -> DefinitionError:
    """The error that says what is wrong with an option."""
    return DefinitionError([Problem(f"--{name.replace('_', '-')}", wrong, fix)])


def parse_mde(text: str) -> Effect:
    """`5%` is relative to the baseline, `0.006` a difference in the metric's unit."""
    try:
        relative = text.strip().endswith("%")
        return Effect(float(text.strip().rstrip("%")) / (100 if relative else 1), relative)
    except ValueError:
        raise refused("mde", f"{text!r} is no effect", "give one such as 5% or 0.006") from None


def _weights(text: str) -> tuple[float, ...]:
    """Shares of the control and of each treatment."""
    try:
        weights = tuple(map(float, text.split(",")))
    except ValueError:
        weights = ()
    if len(weights) < 2 or min(weights) <= 0 or abs(sum(weights) - 1) > SUM_TOLERANCE:
        raise refused("weights", f"{text!r} can't be shares of variants", "give them as 0.5,0.5: control first, sum 1")
    return weights


def _length(name: str, text: str) -> int:
    """Milliseconds of `24h`."""
    try:
        return parse_duration(text)
    except ValueError as error:
        raise refused(name, str(error), "give one such as 24h") from None


READERS: Mapping[str, Callable[[str], Any]] = {
    "mde": parse_mde,
    "weights": _weights,
    "max_runtime": partial(_length, "max_runtime"),
    "window": partial(_length, "window"),
    "lateness": partial(_length, "lateness"),
}
