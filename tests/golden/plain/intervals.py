"""An interval holds what its test does not reject: at either end the evidence against what lies beyond is log(2/alpha).

A test that shows no interval of its own shows the label bet's.
"""

from math import log

from tests.golden.evidence import definition
from tests.golden.plain.cells import phases
from tests.golden.plain.evidence import average
from tests.golden.plain.methods import LIFT_ONLY, METHODS, Asked

BETS = ("label_bet", "bounded_bet", *LIFT_ONLY)  # each end by its own side; the others by both sides at once
FURTHEST_LIFT = 10


def evidence_at(scenario, m, variant, border, side):
    """Of the shown test against a border, in the reading that decides; None where only another formula could tell."""
    whole = definition(scenario)
    metric, (matured, _) = whole["metrics"][m], phases(scenario, m, variant)
    method = shown(whole["statistics"]["method"][metric["id"]], border[0])
    if method in BETS:
        return METHODS[method](Asked(whole, metric, matured, side, border))
    if border[0] == "lift":
        return None  # of the logarithm of a ratio
    both = (METHODS[method](Asked(whole, metric, matured, one, border)) for one in (1, -1))
    return max(both) if method == "group_sequential" else log(2) + average(*both)


def shown(method, kind):
    own = not method.startswith("sprt") and (kind == "lift" or method not in LIFT_ONLY)
    return method if own else "label_bet"
