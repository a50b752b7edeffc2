"""The final cells of a crowd from its columns, by sorting; nothing here is shared with what counts in the product."""

from collections import Counter

import numpy as np

from tests.simulator.crowd import CONVERSION, EXPERIMENTS, EXPOSURE, FINE, LATENESS, MINUTE, REVERSAL, WINDOW

MATURES = WINDOW + LATENESS


def recount(events):
    """By experiment, cells by name: once every unit has matured."""
    return [recount_one(events.rows((events.x == x) & (events.flaw == FINE))) for x in range(EXPERIMENTS)]


def outcomes(events):
    """How many records were accepted, late and refused."""
    fine, late = events.flaw == FINE, events.recorded > events.time + LATENESS
    told = {"read": len(fine), "late": (fine & late).sum(), "accepted": (fine & ~late).sum()}
    return {name: int(count) for name, count in told.items()}


def recount_one(events):
    late = events.recorded > events.time + LATENESS
    used = events.rows(~late)
    exposed, bought, undone = (used.rows(used.what == what) for what in (EXPOSURE, CONVERSION, REVERSAL))
    unit, entry, arm, crossed = entries(exposed)
    found = Counter(
        {"excluded/late": late.sum(), "exposures": len(exposed.time), "excluded/multi_variant": crossed.sum()}
    )
    found["repeat_exposure"] = len(exposed.time) - len(unit) - crossed.sum()

    known, of = locate(unit, bought.unit)
    bought, of = bought.rows(known), of[known]
    since = bought.time - entry[of]
    inside, before = (since >= 0) & (since < WINDOW), (since >= -MINUTE) & (since < 0)
    found["duplicate"] = inside.sum() - len(np.unique(bought.identity[inside]))
    found["excluded/before_exposure"] = len(np.unique(bought.identity[before & ~crossed[of]]))

    known, undoes = locate(unit, undone.unit)
    undone, undoes = undone.rows(known), undoes[known]
    visible = undone.time >= entry[undoes] - LATENESS - MINUTE
    drifts = undone.recorded >= entry[undoes] + MATURES
    found["excluded/drift"] = (visible & drifts & ~crossed[undoes]).sum()
    taken_back = undone.identity[visible & ~drifts]

    acted, stands = np.zeros(len(unit), bool), np.zeros(len(unit), bool)
    acted[of[inside]] = True
    stands[of[inside & ~np.isin(bought.identity, taken_back)]] = True
    for variant, name in enumerate(("control", "bold")):
        mine = (arm == variant) & ~crossed
        cells = {
            "converted_now": mine & acted,
            "expired": mine & ~acted,
            "matured": mine,
            "matured_converted": mine & stands,
        }
        found[f"units/{name}/0"] = mine.sum()
        found.update({f"bought/{name}/0/{cell}": units.sum() for cell, units in cells.items()})
    return {name: int(count) for name, count in found.items()}


def entries(exposed):
    """Of every unit: its first exposure's time and arm, and whether it saw both."""
    order = np.lexsort((exposed.variant, exposed.time, exposed.unit))
    unit, first = np.unique(exposed.unit[order], return_index=True)
    pairs = np.unique(exposed.unit * 2 + exposed.variant) // 2
    crossed = np.bincount(np.searchsorted(unit, pairs), minlength=len(unit)) > 1
    return unit, exposed.time[order][first], exposed.variant[order][first], crossed


def locate(units, wanted):
    """Which of the wanted units there are, and where."""
    where = np.minimum(np.searchsorted(units, wanted), len(units) - 1)
    return units[where] == wanted, where
