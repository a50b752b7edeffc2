"""What must hold of a run, told as sentences; an empty list is a sound run."""

from functools import reduce

import msgspec

from streams.audit.cells import flat
from streams.core.cells import add
from tests.simulator.recount import outcomes, recount


def complaints(run, clean, events):
    """Everything that is wrong with a run, given one without faults and the events."""
    cells = expected(run.world, events)
    return [
        *unlike("cells told", told_cells(run), cells),
        *unlike("cells judged", judged_cells(run), cells),
        *unlike("cells of the run without faults", judged_cells(clean), cells),
        *unlike("records", conserved(run), outcomes(events)),
        *unlike(
            "units in memory", [o.attribution.units for o in run.owners], [o.attribution.units for o in clean.owners]
        ),
        *unlike("verdicts", verdicts(run), verdicts(clean)),
        *unlike("decisions", trail(run), trail(clean)),
        *differing(run),
        *unlike("versions that go back", run.broker.backward, []),
    ]


def unlike(what, found, wanted):
    """A complaint for each key that differs."""
    if not isinstance(found, dict):
        found, wanted = {"": found}, {"": wanted}
    keys = sorted(key for key in found.keys() | wanted.keys() if found.get(key) != wanted.get(key))
    return [f"{what} {key}: {found.get(key)} instead of {wanted.get(key)}" for key in keys]


def expected(world, events):
    return {x.id: flat(x, counts) for x, counts in zip(world.catalogue, recount(events), strict=True)}


def judged_cells(run):
    """Sums over the partitions, as the judge has them."""
    return {id_: total(part.cells for part in case.state.parts.values()) for id_, case in run.judge.cases.items()}


def told_cells(run):
    """The same, asked of the owners."""
    told = [counts for owner in run.owners for counts in owner.attribution.counts(everything=True)]
    return {x.id: total(counts.cells for counts in told if counts.experiment == x.id) for x in run.world.catalogue}


def total(rows):
    return reduce(add, rows)


def conserved(run):
    """Every record is accepted, late or refused."""
    tallies = [owner.attribution.tally for owner in run.owners]
    return {name: sum(tally[name] for tally in tallies) for name in ("read", "late", "accepted")}


def verdicts(run):
    return {id_: case.state.judgement.verdict for id_, case in run.judge.cases.items()}


def trail(run):
    """What was decided, when, and from which cells. Maxima over looks that no one needs to know are left out."""
    return {place: gist(msgspec.json.decode(record)["data"]) for place, record in run.broker.rulings.items()}


def gist(said):
    evidence = said["evidence"]
    made_of = [evidence[name] for name in ("offsets", "clock", "state_hash")]
    return [said[name] for name in ("verdict", "action", "variant", "latched")] + made_of


def differing(run):
    """Decisions of one number must have one content."""
    others = set(run.broker.decisions) - set(run.broker.rulings.values())
    return [f"{len(others)} decisions differ from the first of their number"] if others else []
