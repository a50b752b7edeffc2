"""What a scenario's events come to by the oracle's recount: totals of control and treatment in every phase."""

import json
from fractions import Fraction
from functools import cache

from tests.golden.evidence import definition, lines
from tests.golden.scenarios import NOW
from tests.oracle.oracle import report

MILLION = 10**6
POWERS = {"sum": 1, "x_sum": 1, "squares": 2, "x_squares": 2, "products": 2}  # of a millionth
EARLY = ("binary", "retention")


def phases(scenario, m, variant):
    """(rho, control, treated) of each phase, of the matured reading and of the early one."""
    metric = definition(scenario)["metrics"][m]
    matured, early = [], []
    for weights, cells in zip(allocations(scenario), cells_by_phase(scenario), strict=True):
        arms = [cells[metric["id"]][arm]["cells"] for arm in (control(scenario), variant)]
        rho = weights[variant] / (weights[variant] + weights[control(scenario)])
        matured.append((rho, *(totals(metric, arm) for arm in arms)))
        if metric["type"] in EARLY:
            early.append((rho, *(rate(a["converted_now"] + a["expired"], a["converted_now"]) for a in arms)))
    return matured, early


def totals(metric, cells):
    """In the metric's own unit."""
    if metric["type"] in EARLY:
        return rate(cells["matured"], cells["matured_converted"])
    if metric["type"] == "quantile":
        return rate(cells["matured"], cells["above"])
    sums = {name: Fraction(cells[name], MILLION**power) for name, power in POWERS.items() if name in cells}
    return sums | {"n": cells["matured"]}


def rate(n, converted):
    return {"n": n, "converted": converted, "sum": converted, "squares": converted}


def control(scenario):
    return next(v["key"] for v in definition(scenario)["assignment"]["variants"] if v["role"] == "control")


def allocations(scenario):
    """Weights by variant of every phase."""
    assignment = definition(scenario)["assignment"]
    first = {variant["key"]: variant["weight"] for variant in assignment["variants"]}
    return [first, *(phase["weights"] for phase in assignment.get("phases", []))]


def entered(scenario):
    """Units by variant of every phase."""
    first = definition(scenario)["metrics"][0]["id"]
    return [{variant: arm["units"] for variant, arm in cells[first].items()} for cells in cells_by_phase(scenario)]


@cache
def cells_by_phase(scenario):
    """The recount of those who entered in each phase."""
    starts = [phase["from"] for phase in definition(scenario)["assignment"].get("phases", [])]
    return [recount(scenario, *stretch)["metrics"] for stretch in zip(["", *starts], [*starts, "9"], strict=True)]


@cache
def recount(scenario, begin="", end="9"):
    """Of the units exposed from one time to another."""
    seen = [line for line in lines(scenario) if "conversion" in line or begin <= json.loads(line)["time"] < end]
    found = report([definition(scenario)], [line.encode() for line in seen], NOW)
    return found["experiments"][definition(scenario)["metadata"]["id"]]
