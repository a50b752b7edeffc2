"""Count and continuous beside what was known of the unit at its exposure: less noise, the same question."""

from collections.abc import Mapping, Sequence

from stats.sequential.base import Totals
from streams.core.cells import Block, Matrix
from streams.core.outcomes.amount import TOTALS, Amount
from streams.core.outcomes.base import Amounts, Did, Object, plain, take

MOMENTS = ("x_sum", "x_squares", "products")


class AdjustedAmount(Amount):
    """An amount y with a covariate x.

    Args:
        cap: the most a unit counts for, in millionths; x has none.
        covariate: index of x among the covariates of the experiment.
    """

    name = "adjusted_amount"
    cells = (*Amount.cells, *MOMENTS)

    def __init__(self, cap: int, covariate: int) -> None:
        super().__init__(cap)
        self._covariate = covariate

    def matured(self, did: Did) -> Amounts:
        """The amount, x, x squared and their product."""
        own, x = super().matured(did), did.covariates[self._covariate]
        return *own, x, x * x, x * own[self.cells.index("sum")]

    def arm(self, cells: Mapping[str, int]) -> Object:
        """Beside the amounts the mean of the covariate: arms that differ in it were not split at random."""
        x, matured = plain(cells["x_sum"]), cells["matured"]
        return super().arm(cells) | {"covariate": x / matured if matured else None}

    def totals(self, looks: Matrix, block: Block, arms: Sequence[int]) -> Totals:
        """Of an amount, and the moments with x."""
        return take(looks, block, arms, TOTALS | dict(zip(MOMENTS, MOMENTS, strict=True)))
