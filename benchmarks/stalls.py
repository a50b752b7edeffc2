"""How long many experiments hold up the worker's event loop at a stretch, in processor time; no broker.

.venv/bin/python -m benchmarks.stalls --experiments 1000 --partitions 16

First every partition tells everything, so that all experiments are judged at once, as after an assignment; then all
cells have moved in one partition; then the evidence of as many as may be told at once is told.
"""

import argparse
import asyncio
import gc
import time
from itertools import chain

from benchmarks.looks import World
from streams.codecs import counts as counts_codec
from streams.core.definition import Catalogue
from streams.worker.judging import Judging
from streams.worker.rounds import SLICE


class Table(dict):
    """Keeps what is written."""

    async def settle(self):
        """It is written at once."""


class Broker:
    """Takes everything."""

    async def send(self, *_):
        return asyncio.sleep(0)


class Watch:
    """The longest turn of a loop, in processor time of its thread."""

    def __init__(self):
        self.longest, self._last = 0.0, time.thread_time()

    async def run(self):
        self._last = time.thread_time()
        while True:
            await asyncio.sleep(0)
            now = time.thread_time()
            self.longest, self._last = max(self.longest, now - self._last), now


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiments", type=int, default=1_000)
    parser.add_argument("--partitions", type=int, default=16)
    asyncio.run(measure(parser.parse_args()))


async def measure(options):
    world = World(options.experiments, options.partitions)
    judging = Judging(Catalogue({x.id: x for x in world.catalogue}), Table(), 1)
    judging.restart(dict.fromkeys(range(options.partitions), (0, 0)))
    gc.freeze()  # and collect as seldom as a worker does
    gc.set_threshold(50_000, 20, 1_000)
    broker = Broker()
    everything = [value for partition in range(options.partitions) for value in packed(world, partition)]
    await watched("everything judged", judging.take(unpacked(everything), broker))
    await watched("one partition moved", judging.take(unpacked(packed(world, 0)), broker))
    await watched("evidence told", judging.tell(broker))


def packed(world, partition):
    """One round of a partition as records."""
    world.round += 1
    counts = [world.grown(number, partition) for number in range(len(world.catalogue))]
    return [counts_codec.encode(counts[first : first + SLICE]) for first in range(0, len(counts), SLICE)]


def unpacked(values):
    return chain.from_iterable(map(counts_codec.decode, values))


async def watched(name, work):
    watch, began = Watch(), time.thread_time()
    task = asyncio.create_task(watch.run())
    await work
    task.cancel()
    print(f"{name:20} {1e3 * (time.thread_time() - began):7.0f} ms, {1e3 * watch.longest:5.0f} ms at a stretch")


if __name__ == "__main__":
    main()
