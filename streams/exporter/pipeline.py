"""The pipeline object as samples: what was read, what became of it, and how far behind the broker this worker is."""

from collections.abc import Mapping
from typing import Any

from streams.core.events import REASONS
from streams.exporter.experiments import seconds
from streams.exporter.sheet import Sheet
from streams.exporter.vocabulary import OUTCOMES

Json = Mapping[str, Any]


def put_pipeline(sheet: Sheet, pipeline: Json) -> None:
    rejected = dict.fromkeys(REASONS, 0) | pipeline.get("rejected", {})
    counts = {**pipeline, "rejected": sum(rejected.values())}
    for outcome in OUTCOMES:
        sheet.put("events_total", counts.get(outcome, 0), {"outcome": outcome})
    for reason, count in rejected.items():
        sheet.put("rejected_total", count, {"reason": reason})
    sheet.put("late_total", pipeline.get("late", 0))
    sheet.put("rebalances_total", pipeline.get("rebalances", 0))
    sheet.put("state_units", pipeline.get("units_in_state", 0))
    sheet.put("recovering", float(pipeline.get("recovering", False)))
    for partition, progress in pipeline.get("partitions", {}).items():
        sheet.put("clock_timestamp_seconds", seconds(progress["clock"]), {"partition": partition})
        sheet.put("lag_records", progress["lag"], {"partition": partition})
