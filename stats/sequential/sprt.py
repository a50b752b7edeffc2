"""The sequential probability ratio test as a pair of margin bets: unlike a mixture alone, it also accepts the null."""

from dataclasses import dataclass

from numpy.typing import ArrayLike

from stats.arrays import Array, sign
from stats.sequential.base import NO_EFFECT, Design, Effect, Rho, Totals, register
from stats.sequential.label_bet import LabelBet, LabelBetTest

ONE_STAKE = (1.0,)  # the MDE itself: the alternative is a point, as in Wald's test


@dataclass(frozen=True, slots=True)
class Sprt:
    """Two hypotheses, fixed before the first unit: no improvement, or one of the MDE.

    Args:
        mde: relative improvement of the alternative, > 0.
        baseline: expected conversion rate in (0, 1), or None.
        good: 1 if more conversions are an improvement, -1 if fewer are.
    """

    mde: float
    baseline: float | None = None
    good: int = 1

    def __post_init__(self) -> None:
        sign("good", self.good)
        LabelBet(self.mde, self.baseline)

    def log_e(self, cells: ArrayLike, rho: Rho) -> tuple[Array, Array]:
        """Log e-processes of matured cells (..., phases, 4): against "no improvement", against "at least the MDE".

        The first at log(1/alpha) or above declares an improvement, the second at log(1/beta) or above accepts the null.
        """
        bet = LabelBet(self.mde, self.baseline, ONE_STAKE)
        improvement = bet.log_wealth(cells, rho, self.good)
        return improvement, bet.log_wealth_relative(cells, rho, -self.good, self.good * self.mde)


@register
class SprtTest(LabelBetTest):
    """The race of "no improvement" against "the MDE or more": a bet for either, whichever is sure first.

    Its interval is that of the label bet's full prior, since a single stake leaves all within half an MDE standing.
    """

    name = "sprt"
    null = "no improvement beyond the border, at any time of entry"
    two_sided = False

    def __init__(self, design: Design) -> None:
        super().__init__(design)
        self.runner = LabelBet(self.bet.mde, self.bet.baseline, ONE_STAKE)

    def log_e(self, totals: Totals, rho: Rho, side: int, beyond: Effect = NO_EFFECT) -> Array:
        return self.runner.against(totals, rho, side, beyond)
