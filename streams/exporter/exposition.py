"""The Prometheus page of one worker, rendered from a snapshot."""

import platform
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, generate_latest

from streams.core.form import form
from streams.exporter.experiments import put_experiment
from streams.exporter.pipeline import put_pipeline
from streams.exporter.sheet import Labels, Sheet, labels

LIMIT = 1000  # experiments on one page; a larger one would outlast the scrape

PROCESS = CollectorRegistry()  # memory, processor time and open files, under the names that everybody knows
for collect in (ProcessCollector, PlatformCollector):
    collect(registry=PROCESS)

Json = Mapping[str, Any]


def render(experiments: Iterable[Json], pipeline: Json, now: float) -> bytes:
    """Text exposition of what this worker owns at wall time `now`, in seconds.

    While state is being rebuilt the experiments are left out: half-read counts look like a collapse.
    """
    sheet = Sheet()
    put_pipeline(sheet, pipeline)
    sheet.put("worker_clock_timestamp_seconds", now)
    sheet.put("build_info", 1, _build())
    _put_experiments(sheet, [] if pipeline.get("recovering") else [*experiments])
    return sheet.text().encode() + generate_latest(PROCESS)


def _put_experiments(sheet: Sheet, experiments: list[Json]) -> None:
    for experiment in experiments[:LIMIT]:
        put_experiment(sheet, experiment)
    sheet.put("experiments_unexported", max(0, len(experiments) - LIMIT))


@cache
def _build() -> Labels:
    return labels({"version": version("peekproof"), "python": platform.python_version(), "core": form()})
