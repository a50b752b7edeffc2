"""What every test of a scenario must say: the tests that a metric asks for, of both readings, and the split's."""

from math import exp, log

from tests.golden.evidence import definition
from tests.golden.plain.cells import EARLY, allocations, entered, phases
from tests.golden.plain.methods import NO_BORDER, Asked, amount, log_e
from tests.golden.plain.mixtures import mp

RATES = (*EARLY, "quantile")


def plain_evidence(scenario, m, variant):
    """Log evidence by kind of test of a metric's contrast; that of the early reading under `early`."""
    whole = definition(scenario)
    metric, (matured, early) = whole["metrics"][m], phases(scenario, m, variant)
    method = whole["statistics"]["method"][metric["id"]]
    beside = "sprt" if method == "sprt_early" else method  # of the matured reading

    def beyond(side, border):
        return log_e(beside, Asked(whole, metric, matured, side, border))

    said = CLAIMS[metric.get("test", "superiority")](metric, beyond, one_sided=beside == "sprt")
    if metric["type"] in EARLY:
        reader = method if method == "sprt_early" else "label_bet"
        said["early"] = average(*(log_e(reader, Asked(whole, metric, early, side)) for side in (1, -1)))
    return said


def superiority(metric, beyond, *, one_sided):
    good = side(metric)
    better, worse = beyond(good, NO_BORDER), beyond(-good, NO_BORDER)
    mde = ("lift", metric["mde"]["relative"]) if metric["type"] in RATES else ("difference", amount(metric))
    futility = beyond(-good, times(mde, good))
    return {"superiority": better if one_sided else average(better, worse), "harm": worse, "futility": futility}


def non_inferiority(metric, beyond, **_):
    good, worse = side(metric), times(margin(metric), -side(metric))
    return {"non_inferiority": beyond(good, worse), "harm": beyond(-good, worse)}


def equivalence(metric, beyond, **_):
    said = non_inferiority(metric, beyond)
    not_better = beyond(-side(metric), times(margin(metric), side(metric)))
    return {"equivalence": min(said["non_inferiority"], not_better), "harm": said["harm"]}


CLAIMS = {"superiority": superiority, "non_inferiority": non_inferiority, "equivalence": equivalence}


def side(metric):
    """Of an improvement."""
    return -1 if metric.get("direction") == "decrease" else 1


def times(border, factor):
    return border[0], border[1] * factor


def margin(metric):
    size = metric["margin"]
    return ("difference", size["absolute"]) if "absolute" in size else ("lift", size["relative"])


def average(a, b):
    return max(a, b) + log((1 + exp(-abs(a - b))) / 2)


def plain_sample_ratio(scenario):
    """A Dirichlet law of strength 1000 around the declared weights; phases multiply."""
    return float(sum(map(dirichlet, allocations(scenario), entered(scenario))))


def dirichlet(weights, units, strength=1000):
    found = mp.loggamma(strength) - mp.loggamma(strength + sum(units.values()))
    for arm, weight in weights.items():
        prior = strength * mp.mpf(weight)
        found += mp.loggamma(prior + units[arm]) - mp.loggamma(prior) - units[arm] * mp.log(weight)
    return found
