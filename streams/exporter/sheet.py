"""Lines of the page under the names of the catalogue; what is unknown leaves no line.

Text is put together by hand: prometheus_client's objects cost ten times as much, and a scrape of a thousand
experiments would hold up the worker for seconds. Its parser reads the page back in the tests.
"""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from streams.exporter.catalogue import COUNTERS, GAUGES, HISTOGRAMS

PREFIX = "peekproof_"
ESCAPED = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})

Labels = str  # as they stand between the braces


class Sheet:
    """One exposition in the making."""

    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = {name: [] for name in _headers()}

    def put(self, name: str, value: float | None, labels: Labels = "") -> None:
        """One sample."""
        if value is not None:
            self._lines[name].append(f"{PREFIX}{name}{{{labels}}} {float(value)!r}\n")

    def put_states(self, name: str, label: str, known: Sequence[str], holds: str, labels: Labels) -> None:
        """One sample for each known state, 1 for the one that holds."""
        self._lines[name].append(_states(name, label, known, holds, labels))

    def put_histogram(self, name: str, buckets: Mapping[str, int], total: float) -> None:
        """Observations up to each bound, the last one infinite; and their sum."""
        told: list[tuple[str, float]] = [(f'_bucket{{le="{bound}"}}', count) for bound, count in buckets.items()]
        told += [("_sum", total), ("_count", buckets["+Inf"])]
        self._lines[name] += [f"{PREFIX}{name}{suffix} {float(value)!r}\n" for suffix, value in told]

    def text(self) -> str:
        """The page: families one after the other, each with its help."""
        return "".join(_headers()[name] + "".join(lines) for name, lines in self._lines.items())


def labels(values: Mapping[str, Any], within: Labels = "") -> Labels:
    """Names and values, after those of the whole that this is part of; Prometheus reads an empty value as absent."""
    told = [f'{name}="{str(value).translate(ESCAPED)}"' for name, value in values.items() if value not in (None, "")]
    return ",".join([within, *told] if within else told)


@lru_cache(maxsize=2**16)
def _states(name: str, label: str, known: Sequence[str], holds: str, within: Labels) -> str:
    """The lines of a state set: most do not change from scrape to scrape."""
    lines = (f"{PREFIX}{name}{{{labels({label: state}, within)}}} {float(state == holds)!r}\n" for state in known)
    return "".join(lines)


@cache
def _headers() -> Mapping[str, str]:
    """Help and type of every metric, whether there is a sample of it or not."""
    kinds = {name: (entry.help, "gauge") for name, entry in GAUGES.items()}
    kinds |= {name: (entry.help, "counter") for name, entry in COUNTERS.items()}
    kinds |= {name: (entry.help, "histogram") for name, entry in HISTOGRAMS.items()}
    return {
        name: f"# HELP {PREFIX}{name} {text}\n# TYPE {PREFIX}{name} {kind}\n" for name, (text, kind) in kinds.items()
    }
