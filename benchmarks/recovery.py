"""What a snapshot costs, how long it takes to go on from it, and what a clock that jumps costs; no broker.

.venv/bin/python -m benchmarks.recovery --units 1000000
"""

import argparse
import gc
import platform
import random
import resource
import statistics
import time

import msgspec

from benchmarks.core import DEFINITION, START
from streams.codecs import definitions
from streams.core.attribution import Attribution
from streams.core.definition import Catalogue
from streams.core.events import Arrival, Conversion, Exposure
from streams.core.leaving import SLICE
from streams.core.recovery import restore

BATCH = 10_000
APART = 3  # ms between two units
ACTING = 0.2  # of the units that convert
SEED = 7
A_YEAR = 366 * 86_400_000  # ms


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=1_000_000)
    parser.add_argument("--changed", type=int, default=100_000, help="units between two snapshots")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}, msgspec {msgspec.__version__}; processor time")
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    crowd = Crowd(options.units)
    empty = peak()
    crowd.enter(options.units)
    print(f"{options.units:,} units, {ACTING:.0%} of them acting: {(peak() - empty) / options.units:.0f} bytes each")
    told = {"base": [], "delta": [], "restore": []}
    for _ in range(options.runs):
        base = taken(crowd.core, told["base"], whole=True)
        crowd.act(options.changed)
        delta = taken(crowd.core, told["delta"], whole=False)
        began = time.thread_time()
        restored = restore(crowd.catalogue, 0, [base, delta])
        told["restore"].append((time.thread_time() - began,))
        assert restored.units == crowd.core.units
        del restored, base, delta
    for name, runs in told.items():
        show(name, runs)
    seconds = [*jumped(crowd.core)]
    print(f"jump     {sum(seconds):6.2f} s, longest stall: {1e3 * max(seconds):.0f} ms until others may go on")
    print(f"peak memory: {peak() / 2**20:.0f} MiB")


class Crowd:
    """Units that enter, and act, one after the other."""

    def __init__(self, units):
        rng = random.Random(SEED)
        x = definitions.parse(DEFINITION.replace("ID", "checkout").replace("20s", "14d").encode())
        self.catalogue = Catalogue({x.id: x})
        self.core = Attribution(self.catalogue)
        self.keys = [rng.getrandbits(64) for _ in range(units)]
        self.identities = iter(range(10**9))

    def enter(self, units):
        for first in range(0, units, BATCH):
            keys = self.keys[first : first + BATCH]
            exposures = [self._exposure(key, START + (first + i) * APART) for i, key in enumerate(keys)]
            self._apply("exposures", exposures)
            acting = [self._order(one.unit, one.time + 1) for one in exposures[:: round(1 / ACTING)]]
            self._apply("conversions", acting)
            self.core.counts()

    def act(self, units):
        for first in range(0, units, BATCH):
            keys = self.keys[first : first + BATCH]
            self._apply("conversions", [self._order(key, self.core.clock + i) for i, key in enumerate(keys)])
            self.core.counts()

    def _exposure(self, key, at):
        variant = "control" if key % 2 else "personal"
        return Exposure(at, "checkout", variant, key, {}, ("analytics",), False, None, None)

    def _order(self, key, at):
        identity = next(self.identities)
        return Conversion(at, "order.completed", key, identity, 9.5, None, None, ("analytics",), b"")

    def _apply(self, kind, events):
        offset = self.core.offsets[kind]
        self.core.apply(kind, [Arrival(offset + i, one.time, one, one.time) for i, one in enumerate(events)])


def taken(core, told, *, whole):
    """A snapshot; tells the seconds of the cut, of the longest piece and of all, and its bytes."""
    began = time.thread_time()
    cut = core.cut(whole=whole)
    seconds, pieces = [time.thread_time() - began], []
    while True:
        began = time.thread_time()
        piece = next(cut.pieces, None)
        seconds.append(time.thread_time() - began)
        if piece is None:
            break
        pieces.append(piece)
    told.append((sum(seconds), seconds[0], max(seconds[1:]), sum(map(len, pieces))))
    return cut.head, pieces


def jumped(core):
    """Seconds of each settling after all units have matured at once, until all that can be forgotten is."""
    core.advance(core.clock + A_YEAR)
    for _ in range(core.units // SLICE + 2):
        began = time.thread_time()
        core.counts()
        yield time.thread_time() - began


def show(name, runs):
    whole = [run[0] for run in runs]
    line = f"{name:8} {statistics.median(whole):6.2f} s ({min(whole):.2f} to {max(whole):.2f})"
    if len(runs[0]) > 1:
        cut, piece = (1e3 * max(run[i] for run in runs) for i in (1, 2))
        line += f", longest stall: {cut:.0f} ms to cut, {piece:.1f} ms for a piece; {runs[-1][3] / 1e6:.1f} MB"
    print(line)


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()
