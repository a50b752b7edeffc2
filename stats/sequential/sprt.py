"""The sequential probability ratio test as a pair of margin bets: unlike a mixture alone, it also accepts the null."""

from stats.arrays import Array
from stats.sequential.base import NO_EFFECT, Design, Effect, Rho, Totals, register
from stats.sequential.label_bet import LabelBet, LabelBetTest

ONE_STAKE = (1.0,)  # the MDE itself: the alternative is a point, as in Wald's test


@register
class Sprt(LabelBetTest):
    """The race of "no improvement" against "the MDE or more": a bet for either, whichever is sure first.

    Against zero, log(1/alpha) declares an improvement; against the MDE, log(1/beta) accepts that there is none. Its
    interval is that of the label bet's full prior, since a single stake leaves all within half an MDE standing.
    """

    name = "sprt"
    null = "no improvement beyond the border, at any time of entry"
    two_sided = False

    def __init__(self, design: Design) -> None:
        super().__init__(design)
        self.runner = LabelBet(self.bet.mde, self.bet.baseline, ONE_STAKE)

    def log_e(self, totals: Totals, rho: Rho, side: int, beyond: Effect = NO_EFFECT) -> Array:
        return self.runner.against(totals, rho, side, beyond)
