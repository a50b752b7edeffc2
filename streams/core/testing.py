"""The sequential tests that a metric's evidence comes from, made once of its design."""

from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from stats.sequential.base import Effect, SequentialTest, registry
from streams.core import sizes
from streams.core.definition import Experiment

BESIDE = {"sprt_early": "sprt"}  # a method of the early reading alone, and the one of the matured reading beside it
ANY = Effect(1.0)  # estimates do not depend on the effect that is looked for


class Tests(NamedTuple):
    """What tests each reading of a metric; and what stands in where the chosen one can't place a border."""

    matured: SequentialTest
    early: SequentialTest
    instead: SequentialTest

    def placing(self, border: Effect) -> SequentialTest:
        """What can test beyond a border of this kind."""
        return self.matured if _kind(relative=border.relative) in self.matured.borders else self.instead

    def showing(self, *, relative: bool) -> SequentialTest:
        """What can tell a difference, or a lift: a test of the one border alone knows nothing of the other."""
        borders = self.matured.borders
        return self.matured if not borders or _kind(relative=relative) in borders else self.instead


@lru_cache(maxsize=4096)
def tests(x: Experiment, m: int) -> Tests:
    """The tests of metric `m`. One that can't be tested for want of a size is still estimated."""
    metric = x.metrics[m]
    design = metric.design if sizes.testable(metric) else replace(metric.design, mde=ANY)

    def made(name: str) -> SequentialTest:
        return registry()[metric.outcome, name](design)

    matured = made(BESIDE.get(metric.method, metric.method))
    if metric.outcome != "yes_no":
        return Tests(matured, matured, matured)
    bet = matured if matured.name == "label_bet" else made("label_bet")
    return Tests(matured, made(metric.method) if metric.method in BESIDE else bet, bet)


def _kind(*, relative: bool) -> str:
    """Of a border, as tests name it."""
    return "lift" if relative else "difference"
