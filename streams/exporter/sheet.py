"""Collects samples under the names of the catalogue; what is unknown leaves no sample."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from streams.exporter.catalogue import COUNTERS, GAUGES

PREFIX = "peekproof_"
CATALOGUE = GAUGES | COUNTERS

Labels = dict[str, Any]


class Sheet(Collector):
    """One exposition in the making."""

    def __init__(self) -> None:
        gauges = {name: GaugeMetricFamily(PREFIX + name, e.help, labels=e.labels) for name, e in GAUGES.items()}
        counters = {name: CounterMetricFamily(PREFIX + name, e.help, labels=e.labels) for name, e in COUNTERS.items()}
        self._families = gauges | counters

    def put(self, name: str, value: float | None, labels: Labels | None = None) -> None:
        """One sample; a missing label is empty, which Prometheus reads as absent."""
        if value is not None:
            self._families[name].add_metric(_values(CATALOGUE[name].labels, labels or {}), value)

    def put_states(self, name: str, label: str, known: Iterable[str], holds: str, labels: Labels) -> None:
        """One sample for each known state, 1 for the one that holds."""
        for state in known:
            self.put(name, float(state == holds), {**labels, label: state})

    def collect(self) -> Iterator[Metric]:
        yield from self._families.values()


def _values(names: Sequence[str], labels: Labels) -> list[str]:
    unknown = labels.keys() - {*names}
    assert not unknown, f"labels {sorted(unknown)} are not in the catalogue"
    return ["" if labels.get(name) is None else str(labels[name]) for name in names]
