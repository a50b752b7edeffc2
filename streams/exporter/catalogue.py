"""Every metric by name: what it means and which labels it carries. The prefix is `peekproof_`.

Restored state is a gauge: a counter that is scraped while state is rebuilt would report events that never happened.
Units never become labels; texts that people edit only appear on `_info` metrics.
"""

from collections.abc import Sequence
from typing import NamedTuple

EXPERIMENT = ("experiment", "team")
METRIC = (*EXPERIMENT, "metric", "role")
ARM = (*METRIC, "variant")


class Entry(NamedTuple):
    """Help text and label names of one metric."""

    help: str
    labels: Sequence[str] = ()


GAUGES = {
    "experiment_info": Entry(
        "Who and what an experiment is; always 1.",
        (*EXPERIMENT, "name", "surface", "owner", "runbook", "epoch", "config_hash"),
    ),
    "experiment_state": Entry("1 for the state the experiment is in, 0 for every other.", (*EXPERIMENT, "state")),
    "verdict": Entry("1 for the verdict that holds now, 0 for every other.", (*EXPERIMENT, "verdict")),
    "units": Entry(
        "Units that entered (by variant), matured (by metric and variant) or were left out (by experiment).",
        (*ARM, "state"),
    ),
    "metric_mean": Entry("Mean of the metric over the matured units of a variant; a rate when it is binary.", ARM),
    "effect": Entry("Difference of the means, treatment minus control, in the metric's unit.", ARM),
    "effect_lower": Entry("Lower end of the always-valid interval of the effect.", ARM),
    "effect_upper": Entry("Upper end of the always-valid interval of the effect.", ARM),
    "relative_effect": Entry("Effect as a share of the control's mean.", ARM),
    "evidence_log_e": Entry("Natural logarithm of the e-process of the metric's own test at the last look.", ARM),
    "p_always_valid": Entry("Always-valid p-value of the metric's own test: may be read at any time.", ARM),
    "alpha": Entry("Error level the metric is tested at; 1 / alpha is the evidence it takes.", METRIC),
    "metric_status": Entry("1 for what the tests say of a variant on a metric, 0 for every other.", (*ARM, "status")),
    "srm_log_e": Entry("Natural logarithm of the evidence that units are not split as declared.", EXPERIMENT),
    "srm_p_always_valid": Entry("Always-valid p-value of the split being as declared.", EXPERIMENT),
    "multi_exposed_ratio": Entry("Share of the units that were exposed to more than one variant.", EXPERIMENT),
    "decision_info": Entry(
        "The decision an experiment has come to, by its id; always 1, and absent before it.",
        (*EXPERIMENT, "decision_id", "verdict", "action", "variant"),
    ),
    "decision_timestamp_seconds": Entry("Evidence clock of the decision an experiment has come to.", EXPERIMENT),
    "last_exposure_timestamp_seconds": Entry("Event time of the newest exposure that was accepted.", EXPERIMENT),
    "lag_records": Entry("Records in the broker that are not read yet.", ("partition",)),
    "lag_seconds": Entry("How long ago it was what the state of a partition has reached.", ("partition",)),
    "unexplained": Entry(
        "Records consumed that are neither accepted, late nor rejected; anything but 0 is a defect.",
        ("topic", "partition"),
    ),
    "clock_timestamp_seconds": Entry("Record time up to which a partition has been read.", ("partition",)),
    "state_units": Entry("Units whose state is held in memory."),
    "snapshot_timestamp_seconds": Entry(
        "When last all that had been read of a partition was in a snapshot.", ("partition",)
    ),
    "recovering": Entry(
        "1 for what is being recovered now, 0 for everything else; experiments are not exported meanwhile.", ("stage",)
    ),
    "worker_clock_timestamp_seconds": Entry("Wall clock of this worker."),
    "experiments_unexported": Entry("Experiments left out of this page because there are too many."),
    "build_info": Entry("What is running; always 1.", ("version", "python", "core")),
}

HISTOGRAMS = {
    "event_to_verdict_seconds": Entry(
        "From the record time of an event to the look that judged it: of the oldest event in each record of counts."
    ),
}

COUNTERS = {
    "events_total": Entry(
        "Events read, by what became of them; without those that were read to rebuild state.", ("topic", "outcome")
    ),
    "rejected_total": Entry("Events rejected, by reason.", ("reason",)),
    "late_total": Entry("Events that came too late to count."),
    "rebalances_total": Entry("Times partitions were handed out anew."),
}
