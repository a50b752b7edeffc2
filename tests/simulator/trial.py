"""One world and its schedules of faults, and what many of them come to."""

from collections import Counter
from typing import NamedTuple

from scipy.stats import binom

from tests.simulator.checks import complaints, verdicts
from tests.simulator.crowd import EXPERIMENTS, PER_WORLD, crowd
from tests.simulator.run import Run
from tests.simulator.world import NAMES, world

ALPHA = 0.05
CRASHES = 10  # of a schedule
A_A = NAMES[: EXPERIMENTS - 1]  # both arms are the same
FALSE = ("stop_success", "stop_harm")


class Trial(NamedTuple):
    """What became of a world.

    Attributes:
        stops: A/A experiments of the run without faults, and so of every other, that were said to have an effect.
        told: what happened how often, over all its schedules.
        complaints: (schedule, what is wrong).
    """

    seed: int
    stops: int
    told: Counter[str]
    complaints: list[tuple[int, str]]


def trial(seed, schedules, crashes=CRASHES):
    """Run the world once without faults, and under each of the schedules."""
    events = crowd(seed)
    here = world(events)
    clean, told, wrong = Run(here), Counter(), []
    for schedule in schedules:
        run = Run(here, crashes, f"{seed}/{schedule}")
        told.update({"events": PER_WORLD, "runs": 1} | run.told)
        wrong += [(schedule, complaint) for complaint in complaints(run, clean, events)]
    said = verdicts(clean)
    return Trial(seed, sum(said[name] in FALSE for name in A_A), told, wrong)


def most_stops(worlds):
    """False stops that chance allows, exceeded once in a thousand times."""
    return int(binom.isf(0.001, worlds * len(A_A), ALPHA))
