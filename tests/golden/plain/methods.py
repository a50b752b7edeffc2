"""Each method by its plain formula, asked for an effect on one side of one border."""

from typing import NamedTuple

from tests.golden.plain import bets, mixtures
from tests.golden.plain.boundary import group_sequential
from tests.golden.plain.regression import anytime_regression

ALPHA = 0.05
NO_BORDER = ("difference", 0)
LIFT_ONLY = ("multinomial", "normal_mixture")  # another border is left to the label bet
NO_BORDERS = ("group_sequential",)


class Asked(NamedTuple):
    """Whether an effect lies on one side of a border, in the totals of some phases."""

    whole: dict
    metric: dict
    phases: list
    side: int
    border: tuple = NO_BORDER


def log_e(method, asked):
    kind, size = asked.border
    left = size and (method in NO_BORDERS or (method in LIFT_ONLY and kind == "difference"))
    return METHODS["label_bet" if left else method](asked)


def label_bet(asked, steps=bets.MIXTURE):
    return bets.label_bet(*asked[2:], asked.metric["mde"]["relative"], baseline(asked.metric), steps)


def sprt(asked):
    return label_bet(asked, bets.ONE_STAKE)


def sprt_early(asked):
    return bets.sprt_early(asked.phases, asked.side, asked.metric["mde"]["relative"], baseline(asked.metric))


def multinomial(asked):
    return mixtures.multinomial(asked.phases, asked.side, asked.border[1], asked.metric["mde"]["relative"])


def normal_mixture(asked):
    return mixtures.normal_mixture(asked.phases, asked.side, asked.border[1], asked.metric["mde"]["relative"])


def planned(asked):
    horizon = asked.whole["statistics"]["horizon"][asked.metric["id"]]
    return group_sequential(asked.phases, asked.side, at(asked), ALPHA, horizon["conversions"])


def bounded_bet(asked):
    return bets.bounded_bet(asked.phases, asked.side, at(asked), baseline(asked.metric), asked.metric["cap"]["value"])


def regression(asked):
    days = int(asked.whole["schedule"]["max_runtime"].removesuffix("d"))
    return anytime_regression(
        asked.phases, asked.side, at(asked), asked.whole["planning"]["units_per_day"] * days, ALPHA
    )


def normal(asked, slope=0):
    ratio = asked.metric["type"] == "ratio"
    estimate = mixtures.ratios(asked.phases) if ratio else mixtures.difference(asked.phases, slope)
    return mixtures.normal(*estimate, asked.side, at(asked), amount(asked.metric))


def cuped(asked):
    return normal(asked, asked.metric["covariate"]["theta"])


METHODS = {
    "label_bet": label_bet,
    "sprt": sprt,
    "sprt_early": sprt_early,
    "multinomial": multinomial,
    "normal_mixture": normal_mixture,
    "group_sequential": planned,
    "bounded_bet": bounded_bet,
    "anytime_regression": regression,
    "asymptotic_cs": normal,
    "msprt": normal,
    "cuped": cuped,
}


def baseline(metric):
    return metric.get("baseline", {}).get("mean")


def at(asked):
    """A border in the metric's unit."""
    kind, size = asked.border
    return size * baseline(asked.metric) if kind == "lift" else size


def amount(metric):
    """The effect worth detecting in the metric's unit."""
    size = metric["mde"]
    return size["absolute"] if "absolute" in size else size["relative"] * baseline(metric)
