"""The same job on the same broker and events for Peekproof and its peers: what an event costs, and what a crash costs.

    .venv/bin/python -m benchmarks.peers [--events N] [--only NAME ...] [--quick]

README.md of the benchmarks says what every peer does and does not guarantee.
"""

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.peers.asking import Peekproof, Peer
from benchmarks.peers.load import Load
from benchmarks.peers.measuring import cost, crash
from benchmarks.peers.report import failure, report, row, surroundings
from benchmarks.peers.running import DiedError
from benchmarks.peers.systems import SYSTEMS
from benchmarks.peers.topics import fill_sources
from benchmarks.statistics.measure import ROOT
from tests.services import kafka


def main():
    options = parsed()
    began = surroundings(options.events)
    with tempfile.TemporaryDirectory() as folder:
        broker = kafka.start(Path(folder) / "kafka")
        try:
            rows = compare(broker.bootstrap, Path(folder), options)
        finally:
            broker.stop()
    text = report(began, options.systems, rows)
    print(text)
    if not options.quick:
        (ROOT / "benchmarks" / "results" / f"peers-{datetime.now(tz=UTC):%Y-%m-%d}.md").write_text(text)


def parsed():
    names = [system.name for system in SYSTEMS]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=3_000_000, help="for each but the slow ones, which get a tenth")
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--quick", action="store_true", help="20,000 events, to see that all works; writes no results")
    options = parser.parse_args()
    options.events = 20_000 if options.quick else options.events
    options.systems = [system for system in SYSTEMS if system.name in options.only]
    return options


def compare(bootstrap, folder, options):
    loads = {share: filled(bootstrap, options.events, share) for share in {system.share for system in options.systems}}
    return [judged(system, bootstrap, folder, loads[system.share]) for system in options.systems]


def filled(bootstrap, events, share):
    """The whole load, or one that is as much shorter, in topics of its own."""
    load = Load(int(events * share), prefix="" if share == 1 else f"{share}.")
    fill_sources(bootstrap, load)
    return load


def judged(system, bootstrap, folder, load):
    """One row; a system that fails does not end the comparison."""
    try:
        costs = attempt(cost, system, bootstrap, folder / f"{system.name}-clean", load)
        crashed = attempt(crash, system, bootstrap, folder / f"{system.name}-killed", load)
    except DiedError as died:
        print(f"{system.name} ended by itself:\n{died}", file=sys.stderr)
        return failure(system)
    told = row(system, load.events, costs, crashed)
    print(*told, sep=" | ", flush=True)
    return told


def attempt(measure, system, bootstrap, folder, load):
    run = (Peekproof if system.name == "peekproof" else Peer)(system, bootstrap, folder, load)
    try:
        return measure(run)
    finally:
        run.stop()


if __name__ == "__main__":
    main()
