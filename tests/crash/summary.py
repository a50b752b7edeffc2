"""What a run has shown, as a page."""

import os
import platform
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version

from tests.crash.trial import CHECKS
from tests.services import kafka
from tests.services.fault_proxy import FAULTS

LIBRARIES = ("faust-streaming", "aiokafka", "confluent-kafka", "msgspec")
PAGE = """# What the crash suite has shown

Written by `make crash` on {date}, seed {seed}, {seconds:,.0f} s. The seed makes the events and the schedule: the same
one gives the same state, whatever the faults then meet (`python -m tests.crash --seed {seed}`), unless the sender
had to send a record again when the broker crashed, and both are in the log.
Apache Kafka {kafka}, Python {python}, {libraries}; {machine}.

Workers counted {events:,} events of {experiments} experiments from 4 source partitions while they were killed,
stopped, paused and cut off, one to four of them at a time. Then all came to rest, and was compared with an oracle
that reads the logs and shares no code with what counts. State of every experiment and partition, as sha256:
`{digest}`

## What happened

| | times |
|---|---:|
{happened}

A failpoint is a place in the code (`streams/worker/failpoints.py`) at which a worker kills itself: the first time it
gets there, later on, or while it stops, when not every place is reached. Records sent again are those that a log of
the source holds twice.

## What was wrong

| check | flaws | what must hold |
|---|---:|---|
{flaws}

{said}## Whether the checks can be trusted

A defect is planted in a worker that reads {planted_in:,} events; one event is dropped, counted twice or changed. The
worker that writes after it was replaced falls asleep just before, and wakes when another one has gone on. The last row
is the control: the state is that of the snapshot, but reading goes on from the offsets that were committed. A worker
without a defect, put through the same, is found sound.

| a worker that | is found by |
|---|---|
{planted}
"""


def demanded(size):
    """How often each thing has to happen."""
    outages = {f"network {kind}": size.outages for kind in FAULTS}
    always = {"kills": size.kills, "stops": size.stops, "rebalances": size.rebalances, "pauses": size.pauses}
    ahead = {"kills ahead of the snapshot": max(1, int(0.3 * size.kills)), "records read again": 1}
    return always | ahead | outages | {"broker crashes": size.crashes, "failpoints": 6 * max(1, len(size.moments))}


def page(size, outcome, planted: Mapping[str, list[str]], seconds):
    """In Markdown."""
    return PAGE.format(
        date=datetime.now(UTC).date().isoformat(),
        seconds=seconds,
        kafka=kafka.version(),
        python=platform.python_version(),
        libraries=", ".join(f"{name} {version(name)}" for name in LIBRARIES),
        machine=f"{platform.machine()}, {os.cpu_count()} processors",
        digest=outcome.digest,
        happened=_rows(sorted(outcome.happened.items())),
        flaws=_rows((check, len(outcome.flaws[check]), meaning) for check, meaning in CHECKS.items()),
        said="".join(f"{often} ended by themselves: `{words}`\n\n" for words, often in Counter(outcome.said).items()),
        planted=_rows((name, ", ".join(found) or "**nothing**") for name, found in planted.items()),
        **{name: getattr(size, name) for name in ("seed", "events", "experiments", "planted_in")},
    )


def _rows(rows):
    return "\n".join(
        f"| {' | '.join(f'{cell:,}' if isinstance(cell, int) else cell for cell in row)} |" for row in rows
    )
