"""Every method on the same simulated experiments: half in which treatment does nothing, half in which it works."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stats.arrays import Array, Mask
from stats.evidence import two_sided
from stats.fixed_sample import two_proportion_z
from stats.sequential.base import Effect, Rho, Totals
from streams.lab.calibration.harness import Rate, first
from streams.lab.calibration.journeys import Journeys, simulate
from streams.lab.calibration.methods import chosen
from streams.lab.simulation.question import Question

Progress = Callable[[str, int, int], None]

PEEKING = "z at every look"


class Method(NamedTuple):
    """A registered test, and which reading of the outcomes it is given."""

    test: str
    reading: str


METHODS = (
    Method("label_bet", "matured"),
    Method("label_bet", "early"),
    Method("asymptotic_cs", "matured"),
    Method("sprt", "matured"),
    Method("group_sequential", "matured"),
    Method(PEEKING, "matured"),
)


class Course(NamedTuple):
    """(looks, runs) whether a difference, an improvement, or no improvement worth having is established by then."""

    different: Mask
    better: Mask
    futile: Mask


@dataclass(frozen=True)
class Outcome:
    """Of one method in one world. `stops` is (runs,) days of the first decision, infinite where there is none."""

    course: Course
    stops: Array

    @property
    def false_alarms(self) -> Rate:
        """Runs that ever established a difference."""
        return Rate.of(self.course.different.any(axis=0))

    @property
    def found(self) -> Rate:
        """Runs that established the improvement before they gave it up."""
        return Rate.of(first(self.course.better) < np.minimum(first(self.course.futile), len(self.course.better)))

    @property
    def undecided(self) -> Rate:
        """Runs that end without a decision."""
        return Rate.of(np.isinf(self.stops))


class Result(NamedTuple):
    """Of one method: without an effect, and with it."""

    method: Method
    same: Outcome
    better: Outcome


def run(question: Question, runs: int, seed: int, progress: Progress) -> list[Result]:
    """Simulate `runs` experiments without an effect and as many with it; the same seed gives the same result."""
    streams = np.random.default_rng(seed).spawn(2)
    outcomes: list[list[Outcome]] = []
    for same, rng in zip((True, False), streams, strict=True):
        progress("simulating", len(outcomes) * len(METHODS), 2 * len(METHODS))
        outcomes.append(list(_outcomes(question, simulate(question.world(same=same), runs, rng), progress, same=same)))
    return [Result(method, *both) for method, *both in zip(METHODS, *outcomes, strict=True)]


def _outcomes(question: Question, journeys: Journeys, progress: Progress, *, same: bool) -> Iterator[Outcome]:
    times = look_days(question)
    for number, method in enumerate(METHODS):
        progress(method.test, number + (0 if same else len(METHODS)), 2 * len(METHODS))
        yield _outcome(_course(method, question, journeys), times)


def look_days(question: Question) -> Array:
    """(looks,) days."""
    world = question.world(same=True)
    return world.times[question.look_slots(world)]


def _outcome(course: Course, times: Array) -> Outcome:
    decided = course.different | course.better | course.futile
    return Outcome(course, np.append(times, np.inf)[first(decided)])


def _course(method: Method, question: Question, journeys: Journeys) -> Course:
    rho = tuple(share for _, share in question.ramp)
    looks = journeys.totals(method.reading, question.look_slots(question.world(same=True)))
    judge = _peek if method.test == PEEKING else _judge
    return Course(
        *(np.stack(masks) for masks in zip(*(judge(method, question, cells, rho) for cells in looks), strict=True))
    )


def _judge(method: Method, q: Question, cells: Totals, rho: Rho) -> Course:
    test = chosen(method.test, q.design)
    better, alpha = test.log_e(cells, rho, q.side), -np.log(q.alpha)
    futile: NDArray[np.bool_] = np.zeros(better.shape, bool)
    if method.reading == "matured" and test.borders:
        border = Effect(q.side * q.mde.size, q.mde.relative)
        futile = test.log_e(cells, rho, -q.side, border) >= -np.log(q.beta)
    if not test.two_sided:
        return Course(better >= alpha, better >= alpha, futile)
    different = two_sided(better, test.log_e(cells, rho, -q.side)) >= alpha
    return Course(different, better >= alpha + np.log(2), futile)


def _peek(_method: Method, q: Question, cells: Totals, _rho: Rho) -> Course:
    """What is usually done: the test of a fixed sample, again and again."""
    n, converted = (np.asarray(cells[name].sum(axis=-2), np.float64) for name in ("n", "converted"))
    z, p = two_proportion_z(n, converted)
    return Course(p < q.alpha, (p < q.alpha) & (q.side * z > 0), np.zeros(p.shape, bool))
