"""The sequential probability ratio test as a pair of margin bets: unlike a mixture alone, it also accepts the null."""

from dataclasses import dataclass

from numpy.typing import ArrayLike

from stats.arrays import Array, sign
from stats.sequential.label_bet import LabelBet, Rho

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
