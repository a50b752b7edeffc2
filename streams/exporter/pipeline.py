"""The pipeline object as samples: what was read, what became of it, and how far behind the broker this worker is."""

from collections.abc import Mapping
from typing import Any

from streams.core.events import REASONS
from streams.exporter.experiments import seconds
from streams.exporter.sheet import Sheet, labels
from streams.exporter.vocabulary import OUTCOMES, STAGES

Json = Mapping[str, Any]


def put_pipeline(sheet: Sheet, pipeline: Json) -> None:
    _put_events(sheet, pipeline.get("events", {}))
    sheet.put("rebalances_total", pipeline.get("rebalances", 0))
    sheet.put("state_units", pipeline.get("units_in_state", 0))
    if delays := pipeline.get("event_to_verdict"):
        sheet.put_histogram("event_to_verdict_seconds", delays["buckets"], delays["sum"])
    for stage in STAGES:
        sheet.put("recovering", float(pipeline.get("stage") == stage), labels({"stage": stage}))
    for partition, progress in pipeline.get("partitions", {}).items():
        sheet.put("clock_timestamp_seconds", seconds(progress["clock"]), labels({"partition": partition}))
        sheet.put("snapshot_timestamp_seconds", seconds(progress["snapshot"]), labels({"partition": partition}))
        sheet.put("lag_records", progress["lag"], labels({"partition": partition}))
        sheet.put("lag_seconds", progress["lag_seconds"], labels({"partition": partition}))
        for topic, balance in progress["sources"].items():
            sheet.put("unexplained", balance["unexplained"], labels({"topic": topic, "partition": partition}))


def _put_events(sheet: Sheet, events: Json) -> None:
    """Work of this process: it begins at 0 with it, and never falls."""
    refused = dict.fromkeys(REASONS, 0)
    for topic, told in events.items():
        refused = {reason: count + told["rejected"].get(reason, 0) for reason, count in refused.items()}
        counts = {**told, "rejected": sum(told["rejected"].values())}
        for outcome in OUTCOMES:
            sheet.put("events_total", counts[outcome], labels({"topic": topic, "outcome": outcome}))
    for reason, count in refused.items():
        sheet.put("rejected_total", count, labels({"reason": reason}))
    sheet.put("late_total", sum(told["late"] for told in events.values()))
