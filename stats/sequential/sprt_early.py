"""The probability ratio test of the early reading: which of two lifts, or none, the labels of units speak for.

Of a unit that converts with probability c in the control and c r in treatment, and is treated with probability rho,
the label given the outcome is tilted: by r among converters, by (1 - c r) / (1 - c) among others. Evidence is the
likelihood ratio of tilted labels to random ones (Wald 1945, Ann. Math. Stat. 16(2)), so it is exact under the sharp
null for any c; that an acceptance is seldom wrong holds for c up to the control's true rate.
"""

import numpy as np
from numpy.typing import ArrayLike

from stats.arrays import Array, Mask, as_level, as_probabilities, sign
from stats.sequential.base import NO_EFFECT, Design, Effect, Interval, Rho, SequentialTest, Totals, register
from stats.sequential.yes_no import border, declared_baseline, effect, label_cells, relative_mde

CAUTION = 0.8  # of the baseline: the control's rate may turn out lower than expected, but not by this much


@register
class SprtEarly(SequentialTest):
    """Opt-in for units that enter when they convert or their window closes; it also says when to accept the null."""

    name = "sprt_early"
    outcomes = ("yes_no",)
    cells = ("n", "converted")
    null = "labels say nothing about who converts, nor when"
    exact = True
    two_sided = True
    borders = ()

    def __init__(self, design: Design) -> None:
        self.ratio, self.centre = 1 + relative_mde(design), CAUTION * declared_baseline(design)
        if self.centre * self.ratio >= 1:
            raise ValueError(f"mde must leave {CAUTION} baseline (1 + mde) below 1, got {self.centre * self.ratio}")

    def log_e(self, totals: Totals, rho: Rho, side: int, beyond: Effect = NO_EFFECT) -> Array:
        border(beyond, self.borders)
        growth = log_growth(self.centre, self.ratio ** sign("side", side), as_probabilities("rho", rho))
        return np.asarray((label_cells(totals, rho) * growth).sum(axis=(-2, -1)))

    def estimate(self, totals: Totals, rho: Rho, *, relative: bool = False) -> Array:
        return effect(totals, rho, relative=relative)

    def interval(self, totals: Totals, rho: Rho, alpha: float, *, relative: bool = False) -> Interval:
        """There is none: without a border to test, nothing can be excluded."""
        as_level("alpha", alpha)
        nowhere = np.full_like(effect(totals, rho, relative=relative), np.nan)
        return nowhere, nowhere


def log_growth(centre: float, ratio: float, rho: Array) -> Array:
    """Log likelihood ratio of one unit of each cell: (phases, 4)."""
    average = rho * ratio + 1 - rho
    converter, other = -np.log(average), -np.log1p(-centre * average)
    changes = np.log(ratio), 0.0, np.log1p(-centre * ratio), np.log1p(-centre)
    return np.stack([converter + changes[0], converter, other + changes[2], other + changes[3]], axis=-1)


def accepts(lowest_up: ArrayLike, lowest_down: ArrayLike, beta: float) -> Mask:
    """Whether the lowest evidence so far for a lift and for a fall, (...,), both rule out an effect of the MDE.

    If the effect is the MDE, on either side, one of the two ratios falls to beta with probability at most beta.
    """
    return np.asarray(np.maximum(lowest_up, lowest_down) <= np.log(as_probabilities("beta", beta)))
