"""The job in Bytewax: keyed by unit, then by experiment, with snapshots in SQLite."""

from datetime import UTC, datetime, timedelta

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSinkMessage
from bytewax.connectors.kafka import operators as kop
from bytewax.dataflow import Dataflow
from bytewax.operators import StatefulBatchLogic
from bytewax.recovery import RecoveryConfig, init_db_dir
from bytewax.run import cli_main
from job import BROKER, CHECKPOINT_MS, CONVERSIONS, EXPOSURES, OUTPUT, STATE, add, decode, encode, new_unit, take

SECOND = timedelta(seconds=1)


class Totals(StatefulBatchLogic):
    """The counts of one experiment; they go out at most once a second."""

    def __init__(self, cells):
        self._cells, self._due = cells or {}, datetime.now(UTC) if cells else None

    def on_batch(self, values):
        for change in values:
            add(self._cells, change)
        self._due = self._due or datetime.now(UTC) + SECOND
        return (), StatefulBatchLogic.RETAIN

    def on_notify(self):
        self._due = None
        return (encode(self._cells),), StatefulBatchLogic.RETAIN

    def notify_at(self):
        return self._due

    def snapshot(self):
        return {variant: list(cell) for variant, cell in self._cells.items()}


def decoded(messages):
    events = (decode(message.topic, message.value) for message in messages)
    return [(event.data.unit_id, event) for event in events if event]


def attribute(unit, event):
    unit = unit or new_unit()
    return unit, take(unit, event)


def message(counts):
    experiment, cells = counts
    return KafkaSinkMessage(experiment.encode(), cells)


def flow():
    dataflow = Dataflow("job")
    records = kop.input("events", dataflow, brokers=[BROKER], topics=[EXPOSURES, CONVERSIONS])
    events = op.flat_map_batch("decode", records.oks, decoded)
    changes = op.stateful_flat_map("attribute", events, attribute)
    by_experiment = op.key_on("by_experiment", op.key_rm("without_unit", changes), lambda change: change.experiment)
    counts = op.stateful_batch("totals", by_experiment, Totals)
    kop.output("counts", op.map("message", counts, message), brokers=[BROKER], topic=OUTPUT)
    return dataflow


if __name__ == "__main__":
    if not any(STATE.iterdir()):
        init_db_dir(STATE, 1)
    checkpoint = timedelta(milliseconds=CHECKPOINT_MS)
    recovery = RecoveryConfig(STATE, backup_interval=timedelta(0))
    cli_main(flow(), epoch_interval=checkpoint, recovery_config=recovery)
