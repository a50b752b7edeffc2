"""Microseconds of processor time for a look at an experiment: one by one, and many experiments at a time; no broker.

.venv/bin/python -m benchmarks.looks --experiments 1000 --partitions 16
"""

import argparse
import gc
import random
import statistics
import time

from streams.codecs import definitions
from streams.core import evaluation
from streams.core.attribution import Counts
from streams.core.evaluation import Asked
from streams.core.times import parse_instant

START = parse_instant("2025-03-10T00:00:00Z")
ROUND = 200  # ms
UNITS = 400  # of an arm in a partition, at the start
TOGETHER = (1, 10, 100, 1_000)

DEFINITION = """
apiVersion: peekproof/v1
kind: Experiment
metadata: {id: ID, owner: {name: benchmarks}}
hypothesis: Many experiments at once cost little more than one.
assignment:
  variants: [{key: control, role: control, weight: 0.5}, {key: personal, role: treatment, weight: 0.5}]
exposure: {lateness: 5s}
metrics:
  - {id: purchase, role: primary, type: binary, event: order.completed, baseline: {mean: BASELINE},
     window: {length: 1d}}
  - {id: revenue, role: secondary, type: continuous, event: order.completed, cap: {value: 500},
     mde: {absolute: SIZE}, window: {length: 1d}}
  - {id: unsubscribe, role: guardrail, type: binary, event: unsubscribed, direction: decrease, test: non_inferiority,
     margin: {absolute: 0.01}, baseline: {mean: BASELINE}, window: {length: 1d}}
schedule: {start_at: 2025-03-10T00:00:00Z, min_runtime: 7d}
"""


class World:
    """Experiments, each of a design of its own, whose counts grow round by round."""

    def __init__(self, experiments, partitions):
        self.catalogue = [experiment(number) for number in range(experiments)]
        self.partitions = partitions
        self.chance = random.Random(7)
        self.cells = [[self._cells(x) for _ in range(partitions)] for x in self.catalogue]
        self.states = [None] * experiments
        self.round = 0
        self.look(range(experiments), range(partitions))

    def look(self, numbers, partitions):
        """Take one round's counts; returns the seconds it took."""
        self.round += 1
        asked = [Asked(self.catalogue[n], self.states[n], [self.grown(n, p) for p in partitions]) for n in numbers]
        began = time.process_time()
        outcomes = evaluation.looks(asked, self.partitions)
        took = time.process_time() - began
        for n, outcome in zip(numbers, outcomes, strict=True):
            self.states[n] = outcome.state
        return took

    def grown(self, number, partition):
        x, cells = self.catalogue[number], self.cells[number][partition]
        for block in x.layout.metrics:
            arm, n = self.chance.randrange(2), self.chance.randrange(1, 4)
            for place, field in enumerate(block.fields):
                cells[block.at(0, arm) + place] += GROWTH.get(field, 0) * n
        cells[x.layout.units.at(0, self.chance.randrange(2))] += 1
        clock = START + self.round * ROUND
        return Counts(x.id, 1, x.config_hash, partition, (self.round, self.round), clock, list(cells))

    def _cells(self, x):
        cells = [0] * x.layout.size
        for arm in range(2):
            cells[x.layout.units.at(0, arm)] = UNITS
            for block in x.layout.metrics:
                for place, field in enumerate(block.fields):
                    cells[block.at(0, arm) + place] = UNITS * START_CELLS.get(field, 0) // 20
        return cells


GROWTH = {
    "matured": 2,
    "matured_converted": 1,
    "converted_now": 1,
    "expired": 1,
    "converted": 1,
    "nonzero": 1,
    "sum": 10_000_000,
    "squares": 100_000_000_000_000,
}
START_CELLS = {
    "matured": 20,
    "matured_converted": 2,
    "converted_now": 2,
    "expired": 18,
    "converted": 2,
    "nonzero": 2,
    "sum": 20_000_000,
    "squares": 200_000_000_000_000,
}


def experiment(number):
    text = DEFINITION.replace("ID", f"x{number}").replace("BASELINE", f"{0.02 + number / 20_000:.5f}")
    return definitions.parse(text.replace("SIZE", f"{1 + number / 1_000}").encode())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=int, default=1_000)
    parser.add_argument("--partitions", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    world = World(options.experiments, options.partitions)
    gc.collect()
    for size in (size for size in TOGETHER if size <= options.experiments):
        took = []
        for number in range(options.rounds):
            partition = number % options.partitions
            starts = range(0, options.experiments, size)
            spent = [world.look(range(s, min(s + size, options.experiments)), [partition]) for s in starts]
            took.append(sum(spent) / options.experiments)
        print(
            f"{size:6} at a time {1e6 * statistics.median(took):8.0f} us per look, of "
            f"{', '.join(f'{1e6 * one:.0f}' for one in took)}"
        )


if __name__ == "__main__":
    main()
