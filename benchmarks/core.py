"""Microseconds per event of decoding and of the pure core, and bytes per unit in memory; no broker.

.venv/bin/python -m benchmarks.core --events 300000 [--load peers]
"""

import argparse
import gc
import json
import resource
import statistics
import subprocess
import sys
import time
from collections import deque
from itertools import islice
from pathlib import Path

from benchmarks.peers.asking import DEFINITION as PEERS
from benchmarks.peers.load import Load
from streams.codecs import definitions
from streams.codecs.cloudevents import Decoder
from streams.core.attribution import Attribution
from streams.core.definition import Catalogue
from streams.core.events import KINDS, Record
from streams.core.times import format_instant
from streams.worker.reading import KIND_OF, PIECE

EXPERIMENTS = 10
START = 1_741_564_800_000  # 2025-03-10, ms
PER_SECOND = 5_000  # events of the one partition
ROUND = 200  # ms
BYTES = 386
KEY = b"a secret of this installation"

DEFINITION = """
apiVersion: peekproof/v1
kind: Experiment
metadata: {id: ID, owner: {name: benchmarks}}
hypothesis: The core is fast enough for what a large shop sends.
assignment:
  variants: [{key: control, role: control, weight: 0.5}, {key: personal, role: treatment, weight: 0.5}]
exposure: {lateness: 5s}
metrics:
  - {id: purchase, role: primary, type: binary, event: order.completed, window: {length: 20s}}
  - {id: revenue, role: secondary, type: continuous, event: order.completed, cap: {value: 500}, window: {length: 20s}}
privacy: {require_consent: analytics}
schedule: {start_at: 2025-03-10T00:00:00Z, min_runtime: 0s}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--units", type=int, default=1_000_000, help="in memory when bytes are measured")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--load", choices=LOADS, default="shop")
    parser.add_argument("--memory", choices=MEMORY, help="measure this in the present process, and nothing else")
    options = parser.parse_args()
    if options.memory:
        print(memory(options.memory, options.units))
        return
    gc.set_threshold(50_000, 20, 1_000)  # as the worker does
    runs = [speed(options.events, options.load) for _ in range(options.runs)]
    for name in runs[0]:
        values = [run[name] for run in runs]
        print(f"{name:24} {statistics.median(values):8.2f} us per event, of {', '.join(f'{v:.2f}' for v in values)}")
    for name in MEMORY:
        command = [sys.executable, "-m", "benchmarks.core", "--memory", name, "--units", str(options.units)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        print(f"{name:24} {float(told):8.0f} bytes each")


def speed(events, load):
    """CPU microseconds per event by stage; what a worker does is decode and apply in one go."""
    source, definition, pause = LOADS[load]
    rounds, core = log(source(events)), Attribution(catalogue(definition))
    gc.collect()
    costs = {"decode, alone": cost(decode, rounds), "decode and apply": 0.0, "settle": 0.0}
    decoder = Decoder(KEY)
    for batches in rounds:
        costs["decode and apply"] += cost(apply, core, decoder, batches)
        costs["settle"] += cost(core.counts)
    for _ in range(40):  # until the last unit is closed
        core.advance(core.clock + pause)
        costs["settle"] += cost(core.counts)
    assert core.tally["read"] == events
    return {name: 1e6 * seconds / events for name, seconds in costs.items()}


def cost(stage, *arguments):
    began = time.process_time()
    stage(*arguments)
    return time.process_time() - began


def decode(rounds):
    decoder = Decoder(KEY)
    for batches in rounds:
        for _, records in batches:
            deque(decoder.arrivals(records), maxlen=0)


def apply(core, decoder, batches):
    for kind, records in batches:
        core.take(kind, records, decoder.judge(core, kind))


def log(events):
    """By round, batches of (kind, records)."""
    size, found, offsets = PER_SECOND * ROUND // 1_000, [], dict.fromkeys(KINDS, 0)
    while some := list(islice(events, size)):
        records = {kind: [] for kind in KINDS}
        for kind, time_, value in some:
            records[kind].append(Record(offsets[kind], time_, value))
            offsets[kind] += 1
        found.append([(k, records[k][i : i + PIECE]) for k in KINDS for i in range(0, len(records[k]), PIECE)])
    return found


def shop(events):
    """Kind, record time and value of events with all that ours may have."""
    for number in range(events):
        kind, value = event(number)
        yield kind, at(number), value


def peers(events):
    """The load of the comparison with peers."""
    return ((KIND_OF[topic], at, value) for topic, _, at, value in Load(events))


def at(number):
    return START + number * 1_000 // PER_SECOND


def event(number):
    """Of six events in a row three units enter, one of them is exposed again, converts, and converts again."""
    turn, begin = number % 6, number - number % 6
    unit = begin + turn if turn < 3 else begin
    if turn in (0, 1, 2, 4):
        return "exposures", exposure(number, unit)
    return "conversions", conversion(number, unit)


def exposure(number, unit):
    data = {
        "experiment_id": f"x{unit % EXPERIMENTS}",
        "variant": ("control", "personal")[unit // EXPERIMENTS % 2],
        "unit_id": f"{unit:08}",
        "attributes": {"device": "mobile", "country": "FR"},
        "consent": ["analytics"],
        "assignment_reason": "split",
        "cost": 0.002,
    }
    return envelope(number, f"01JD{number:012}", "/shop/web", "exposure", unit, data)


def conversion(number, unit):
    data = {
        "event": "order.completed",
        "unit_id": f"{unit:08}",
        "value": number % 997 / 8,
        "currency": "EUR",
        "reverses": None,
        "touches": [{"channel": "email", "at": format_instant(at(number))}],
        "properties": {"sku": "x"},
        "consent": ["analytics"],
    }
    return envelope(number, f"ord-{number:09}", "/orders", "conversion", unit, data)


def envelope(number, id_, source, kind, unit, data):
    event = {
        "specversion": "1.0",
        "id": id_,
        "source": source,
        "type": f"peekproof.{kind}.v1",
        "subject": f"user:{unit:08}",
        "time": format_instant(at(number)),
        **({"datacontenttype": "application/json"} if kind == "exposure" else {}),
        "data": data,
    }
    value = json.dumps(event, separators=(",", ":")).encode()
    return value[:-1] + b" " * (BYTES - len(value)) + b"}"


MEMORY = ("a unit that entered", "a conversion at hand", "a conversion long ago")


def memory(what, units):
    """Resident bytes that each of so many units (or what it did) adds; the clock stands still, or has closed all."""
    core, decoder, offset = Attribution(catalogue()), Decoder(KEY), 0

    def take(kind, make):
        for first in range(0, units, PIECE):
            values = [make(number, number) for number in range(first, min(first + PIECE, units))]
            core.apply(kind, decoder.arrivals([Record(offset + i, at(first), v) for i, v in enumerate(values, first)]))
            if first % 10_000 == 0:
                core.counts()
        core.counts()

    before = resident()
    take("exposures", exposure)
    if what != MEMORY[0]:
        before = resident()
        take("conversions", conversion)
    if what == MEMORY[2]:
        core.advance(core.clock + 10**6)
        core.counts()
    assert core.units == units
    return (resident() - before) / units


def resident():
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


LOADS = {"shop": (shop, DEFINITION, 1_000), "peers": (peers, PEERS, 60_000)}  # events, experiment, ms until a look


def catalogue(definition=DEFINITION):
    names = [f"x{number}" for number in range(EXPERIMENTS)]
    return Catalogue({name: definitions.parse(definition.replace("ID", name).encode()) for name in names})


if __name__ == "__main__":
    sys.exit(main())
