"""The job in Quix Streams: one stateful function by unit, one by experiment behind a repartition topic."""

from confluent_kafka import Producer
from job import (
    BROKER,
    CONVERSIONS,
    EXPOSURES,
    GUARANTEE,
    ID,
    OUTPUT,
    SESSION_MS,
    STATE,
    Change,
    add,
    decode,
    encode,
    new_unit,
    take,
)
from quixstreams import Application
from quixstreams.sinks import BatchingSink


class Newest(BatchingSink):
    """Sends the newest counts of every experiment when a checkpoint is made."""

    def __init__(self):
        super().__init__()
        self._producer = Producer({"bootstrap.servers": BROKER})

    def write(self, batch):
        for experiment, cells in {item.key: item.value for item in batch}.items():
            self._producer.produce(OUTPUT, encode(cells), experiment)
        self._producer.flush()


def attribute(event, state):
    unit = state.get("unit") or new_unit()
    changes = [list(change) for change in take(unit, event)]
    state.set("unit", unit)
    return changes


def experiment(change):
    return change[0]


def total(change, state):
    cells = state.get("cells") or {}
    add(cells, Change(*change))
    state.set("cells", cells)
    return cells


def events(app, name):
    records = app.dataframe(app.topic(name, value_deserializer="bytes"))
    return records.apply(lambda value: decode(name, value)).filter(lambda event: event is not None)


def main():
    app = Application(
        broker_address=BROKER,
        consumer_group=ID,
        auto_offset_reset="earliest",
        processing_guarantee=GUARANTEE,
        commit_interval=1.0,  # a checkpoint is also when counts go out
        state_dir=STATE,
        consumer_extra_config={"session.timeout.ms": SESSION_MS, "heartbeat.interval.ms": SESSION_MS // 4},
        loglevel="WARNING",
    )
    changes = events(app, EXPOSURES).concat(events(app, CONVERSIONS)).apply(attribute, stateful=True, expand=True)
    by_experiment = changes.group_by(experiment, name="experiment", key_serializer="str", key_deserializer="str")
    by_experiment.apply(total, stateful=True).sink(Newest())
    app.run()


if __name__ == "__main__":
    main()
