"""A run from beginning to end: what happens, and what is checked when all is at rest."""

from dataclasses import dataclass, field

from tests.crash import checks, oracle, outputs, schedule
from tests.crash.fleet import Fleet
from tests.worker.rig import strike

CHECKS = {
    "cells": "the counts of every experiment and source partition, as told last, are the oracle's, at its version",
    "shown": "so are the numbers that every worker shows",
    "conserved": "every record of the source has one outcome, the right one; none is unexplained",
    "decisions": "`peekproof verify` recounts every decision from the source, and the chain is whole",
    "versions": "no version in the log of the evaluation table is older than one before it",
    "refused": "the topic of the rejected holds every record that must be rejected, and no other",
    "verdicts": "every experiment has ended as the truth that it was made with demands",
    "decided once": "a decision that is in the log again says the same, byte for byte",
    "restarts": "the end of every process that was started is known",
    "a fresh process": "one that finds snapshots comes to the same, and decides nothing anew",
    "a second worker": "so does another one beside it, with its share of the partitions",
    "the source alone": "so does one that finds neither snapshot, table nor decision",
}
A_DAY = 24  # hours after the first event: beyond the last one of any size


@dataclass
class Outcome:
    """What came of a run.

    Attributes:
        digest: of the state, as the oracle counts it.
        flaws: what is wrong, by check.
        happened: what was done, and what workers did, how often.
        said: last words of workers that ended by themselves.
    """

    digest: str
    flaws: dict[str, list[str]] = field(default_factory=dict)
    happened: dict[str, int] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)


def run(world, tell):
    """Events and faults, then rest; then others who must come to the same."""
    with Fleet(world.proxy.address, world.folder) as fleet, world.flow() as flow:
        schedule.run(world, fleet, flow, tell)
        tell("all the rest of the events")
        last = [*strike(A_DAY)]
        flow.finish(last)
        tell("the oracle counts")
        truth = oracle.ask(world.bootstrap, world.folder)
        fleet.happened["records sent again"] = truth.outcomes.total() - world.size.events - len(last)
        outcome = Outcome(checks.digest(truth), {}, fleet.happened, fleet.said)
        tell("the workers come to rest")
        with outputs.Told(world.bootstrap, from_start=True) as told:
            outcome.flaws = at_rest(world, fleet, truth, told) | decided(world)
        fleet.stop_all()
    outcome.flaws |= of_a_crash(world, fleet, truth)
    others(world, truth, outcome, tell)
    return outcome


def others(world, truth, outcome, tell):
    """A process that finds snapshots, a second one beside it, and one that finds the source alone."""
    tell("fresh processes")
    with Fleet(world.bootstrap, world.folder) as fleet:
        outcome.flaws["a fresh process"] = _told_by(world, fleet, truth, "worker-1")
        outcome.flaws["a second worker"] = _told_by(world, fleet, truth, "worker-2")
        fleet.stop_all()
    tell("the source alone")
    outputs.wipe(world.bootstrap)
    with Fleet(world.bootstrap, world.folder) as fleet, outputs.Told(world.bootstrap, from_start=True) as told:
        fleet.start("worker-1")
        flaws = at_rest(world, fleet, truth, told) | decided(world) | {"versions": checks.set_back(world.bootstrap)}
        outcome.flaws["the source alone"] = all_of(flaws)
        fleet.stop_all()


def _told_by(world, fleet, truth, name):
    """Flaws after one more worker has come, who has nothing to decide."""
    before = dict(outputs.decisions(world.bootstrap))
    fleet.start(name)
    fleet.wait_shared(*fleet.members)
    with outputs.Told(world.bootstrap) as told:
        flaws = at_rest(world, fleet, truth, told)
    after = dict(outputs.decisions(world.bootstrap))
    return all_of(flaws | {"decisions": [id_ for id_ in after if after[id_] != before.get(id_)]})


def at_rest(world, fleet, truth, told):
    """Flaws by check, once everybody tells and shows the last version."""
    fleet.wait_well(lambda: told.is_at(truth), "all counts to be told")
    fleet.wait_shared(*fleet.members)
    fleet.wait_read(truth.outcomes.total())
    fleet.wait_well(lambda: all(checks.is_shown(truth, one) for one in fleet.members.values()), "all to be shown")
    workers = fleet.members.values()
    return {
        "cells": list(checks.cells(truth, told)),
        "shown": [flaw for worker in workers for flaw in checks.shown(truth, worker)],
        "conserved": checks.conserved(truth, workers),
    }


def decided(world):
    """What an auditor says."""
    return {"decisions": list(checks.verified(world))}


def of_a_crash(world, fleet, truth):
    """What only a run with faults can show, once all have said their last."""
    return {
        "refused": list(checks.refused(truth, world.bootstrap)),
        "verdicts": list(checks.decided(world)),
        "decided once": checks.altered(world.bootstrap),
        "restarts": checks.restarted(fleet),
        "versions": checks.set_back(world.bootstrap),
    }


def all_of(flaws):
    return [f"{check}: {flaw}" for check, found in flaws.items() for flaw in found]
