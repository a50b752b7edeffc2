"""Questions that have no answer are refused by the option's name, with what to give instead."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stats.arrays import LARGEST_ALPHA
from stats.planning.outlook import COARSE as FEWEST
from stats.planning.task import LARGEST_BETA
from streams.core.validation import DefinitionError, Problem

if TYPE_CHECKING:
    from streams.lab.planning.question import Question

LARGEST = 9e12


def check(question: "Question") -> None:
    """Raise DefinitionError unless the question can be answered."""
    place = f"{question.experiment} {question.metric} " if question.experiment else ""
    problems = [problem._replace(pointer=f"{place}{problem.pointer}") for problem in _ranges(question)]
    if not problems:
        problems = [problem._replace(pointer=f"{place}{problem.pointer}") for problem in _reach(question)]
    if problems:
        raise DefinitionError(problems)


def _ranges(q: "Question") -> Iterator[Problem]:
    yield from _positive("--baseline", q.baseline, 1 if q.outcome == "yes_no" else LARGEST)
    yield from _positive("--mde", q.mde.size)
    yield from _positive("--units-per-day", q.units_per_day)
    if q.outcome != "yes_no" and q.sd is None:
        yield Problem("--sd", "not given", "give the standard deviation of one unit's amount")
    elif q.sd is not None:
        yield from _positive("--sd", q.sd)
    if q.outcome == "yes_no" and q.sd is not None:
        yield Problem("--sd", "a rate has none of its own", "leave it out, or give --type mean")
    if q.method not in q.methods:
        yield Problem("--method", f"{q.method!r} can't be planned here", f"give one of {', '.join(q.methods)}")
    for name, value, largest in (("--alpha", q.alpha, LARGEST_ALPHA), ("--beta", q.beta, LARGEST_BETA)):
        if not 0 < value <= largest:
            yield Problem(name, f"{value:g} is out of range", f"give a level above 0 and at most {largest}")


def _positive(name: str, value: float, below: float = LARGEST) -> Iterator[Problem]:
    if not 0 < value < below:
        yield Problem(name, f"{value:g} is out of range", f"give a number above 0 and below {below:g}")


def _reach(q: "Question") -> Iterator[Problem]:
    population = q.population
    if q.cap is not None and population.size > q.cap:
        largest = (q.baseline * max(q.cap - q.baseline, 0)) ** 0.5
        yield Problem(
            "--sd", f"no amounts up to {q.cap:g} vary so much", f"give one below {largest:.4g}, or another cap"
        )
    if population.largest(q.side) <= q.effect:
        yield Problem("--mde", f"{q.baseline:g} can't change by {q.effect:g}", "give a smaller effect")
    if q.horizon < FEWEST:
        yield Problem("--max-runtime", f"{q.horizon} units enter by then", f"let it be at least {FEWEST}")
