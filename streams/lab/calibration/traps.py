"""Known ways to be wrong, each beside the right way on the same data: a harness that passes one is broken."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from streams.lab.calibration import trap_boundaries, trap_estimates, trap_labels
from streams.lab.calibration.pair import Pair


class Trap(NamedTuple):
    """What goes wrong, how much of it was found before, and the trial of both ways."""

    wrong: str
    right: str
    given: tuple[str, str]
    trial: Callable[[int, np.random.Generator], Pair]
    runs: int  # that are enough to see it


TRAPS = {
    "burst": Trap(
        "bursts of exposures, conversions trickle in, bet on everyone exposed so far",
        "bet on who has converted or run out of time",
        ("9.5 %", "4.4 %"),
        trap_labels.bursts,
        1_000,
    ),
    "current rates": Trap(
        "a planned sample is exposed at once; the usual z of current rates, day by day",
        "bet on who has converted or run out of time",
        ("", ""),
        trap_labels.current_rates,
        1_000,
    ),
    "allocation": Trap(
        "ramp 5 % to 50 %, the share of treatment taken at the conversion",
        "taken at the exposure",
        ("100 %", "3.2 %"),
        trap_labels.allocation,
        300,
    ),
    "batch": Trap(
        "running maximum inside a batch sorted by arm",
        "looks at the ends of batches",
        ("100 %", ""),
        trap_labels.sorted_batch,
        300,
    ),
    "faster": Trap(
        "equal final rates, treatment converts sooner, early reading taken for better",
        "matured reading",
        ("75 %", "3.0 %"),
        trap_labels.faster,
        500,
    ),
    "pooled": Trap(
        "ramp while the rate drifts, pooled difference",
        "stratified by phase",
        ("100 %", "2-3 %"),
        trap_estimates.pooled,
        500,
    ),
    "repeats": Trap(
        "five events of a converter taken for independent ones",
        "the first of each",
        ("36 %", "3.0 %"),
        trap_estimates.repeats,
        1_000,
    ),
    "relative": Trap(
        "relative lift with a normal interval of the ratio, rate 1 %",
        "bet on the lift",
        ("15-19 %", "1 %"),
        trap_estimates.relative,
        1_000,
    ),
    "information": Trap(
        "group-sequential looks, information counted in exposures",
        "in conversions",
        ("10.4 %", "4.9 %"),
        trap_boundaries.information,
        2_000,
    ),
    "two signs": Trap(
        "SPRT of both signs at once: abs(z) theta - theta^2 / 2",
        "log cosh(z theta) - theta^2 / 2",
        ("10 %", "5 %"),
        trap_boundaries.two_signs,
        1_000,
    ),
    "spending": Trap(
        "error spent so far taken for the level of a look, 14 looks",
        "boundaries that spend the increments",
        ("7.2 %", ""),
        trap_boundaries.nominal,
        20_000,
    ),
}
