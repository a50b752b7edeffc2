"""Count and continuous metrics by the exact bounded bet, where a definition chooses it: slower to decide, no gate."""

from stats.sequential.bounded_bet import BoundedBet
from streams.core import sizes
from streams.core.cells import Matrix
from streams.core.definition import Experiment, Metric
from streams.core.events import MICRO
from streams.core.proportions import Array
from streams.core.shown import Pair, pair

TOTALS = ("matured", "sum", "squares")


def totals(x: Experiment, m: int, variant: int, looks: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    """Matured units, sums and sums of squares of control and variant, each (looks, phases, 2)."""
    n, total, squares = (x.layout.metrics[m].field(looks, name)[..., [x.control, variant]] for name in TOTALS)
    return n, total, squares


class Amounts:
    """Bets on one metric of one variant against the control, over all looks."""

    def __init__(self, x: Experiment, m: int, variant: int, looks: Matrix) -> None:
        self._bet, self._rho = _bet(x.metrics[m]), sizes.rho(x, variant)
        self._n, self._total, self._squares = totals(x, m, variant, looks)
        self._alpha = sizes.alpha(x, x.metrics[m])

    def against(self, side: int, effect: float = 0.0) -> Array:
        """Log evidence (looks,) for an effect beyond `effect` on that side."""
        return self._bet.log_wealth(self._n, self._total, self._squares, self._rho, side, effect * MICRO)

    def interval(self) -> Pair:
        """Always-valid interval of the difference at the first look."""
        lower, upper = self._bet.interval(self._n, self._total, self._squares, self._rho, self._alpha)
        return pair((lower[0] / MICRO, upper[0] / MICRO))


def _bet(metric: Metric) -> BoundedBet:
    """Everything in millionths, as the cells are."""
    assert metric.cap is not None, "a count or continuous metric has a cap: see `validation`"
    return BoundedBet(metric.cap, None if metric.baseline is None else metric.baseline * MICRO)
