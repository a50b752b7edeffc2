"""The job in Faust as its documentation teaches it: two agents, two tables with changelogs in Kafka."""

import faust
from job import (
    BROKER,
    CONVERSIONS,
    EXPOSURES,
    ID,
    OUTPUT,
    SESSION_MS,
    STATE,
    add,
    decode,
    encode,
    new_unit,
    take,
)

app = faust.App(
    ID,
    broker=f"kafka://{BROKER}",
    datadir=STATE,
    store="memory://",
    topic_partitions=4,
    topic_replication_factor=1,
    broker_session_timeout=SESSION_MS / 1_000,
    broker_heartbeat_interval=SESSION_MS / 4_000,
)
exposures = app.topic(EXPOSURES, key_type=bytes, value_type=bytes, value_serializer="raw")
conversions = app.topic(CONVERSIONS, key_type=bytes, value_type=bytes, value_serializer="raw")
output = app.topic(OUTPUT, key_serializer="raw", value_serializer="raw")
units = app.Table("units")
counts = app.Table("counts")


@app.agent(exposures)
async def expose(stream):
    async for event in stream.events():
        attribute(EXPOSURES, event)


@app.agent(conversions)
async def convert(stream):
    async for event in stream.events():
        attribute(CONVERSIONS, event)


def attribute(topic, record):
    event = decode(topic, record.value)
    if event is None:
        return
    unit = units.get(event.data.unit_id) or new_unit()
    for change in take(unit, event):
        # a row of its own for each partition: the changelogs of two partitions must not write the same key
        row = f"{change.experiment}|{record.message.partition}"
        cells = counts.get(row) or {}
        add(cells, change)
        counts[row] = cells
    units[event.data.unit_id] = unit


@app.timer(1.0)
async def tell():
    for row, cells in list(counts.items()):
        await output.send(key=row.encode(), value=encode(cells))


if __name__ == "__main__":
    app.main()
