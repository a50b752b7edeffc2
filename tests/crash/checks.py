"""What must hold when all is at rest. A check lists what is wrong; nothing is an empty list."""

import hashlib
import json
from itertools import pairwise

from streams.audit.kafka import Broker
from streams.audit.verify import Choice, verify
from streams.core.times import format_instant
from streams.core.topology import CONVERSIONS, EXPOSURES
from tests.crash import outputs
from tests.crash.oracle import numbers

ENDS = ("kills", "stops", "failpoints", "failpoints not reached", "ended by themselves")


def digest(truth):
    """One name for the state: versions of all partitions, and every cell of every experiment."""
    told = sorted([*key, *truth.versions[key[1]], counted] for key, counted in truth.cells.items())
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def cells(truth, told):
    """The counts that workers have told last are the oracle's."""
    newest = told.newest
    for (name, partition), counted in truth.cells.items():
        version, found = newest.get((name, partition), (None, None))
        if (version, found) != (truth.versions[partition], counted):
            yield f"{name}/{partition}: {counted} at {truth.versions[partition]}, but {found} at {version} is told"


def shown(truth, worker):
    """So is what a worker shows."""
    for name, expected in truth.shown.items():
        told = worker.ask(f"/api/experiments/{name}")
        found = told and _shown(told)
        yield from (
            f"{name} {what}: {count}, but {found and found[what]} is shown"
            for what, count in expected.items()
            if found is None or found[what] != count
        )


def _shown(told):
    found = {**told["excluded"], "duplicate": told["duplicate"], "repeat_exposure": told["repeat_exposure"]}
    for metric, arms in told["metrics"].items():
        for variant, arm in arms.items():
            found |= numbers(f"{metric} {variant}", arm)
    return found


def is_shown(truth, worker):
    """Whether a worker shows every experiment at the last version."""
    offsets = {p: version.offsets for p, version in truth.versions.items()}
    expected = _version(offsets, format_instant(min(version.clock for version in truth.versions.values())))
    told = (worker.ask(f"/api/experiments/{name}") for name in truth.shown)
    return all(one is not None and (one["offsets"], one["clock"]) == expected for one in told)


def _version(offsets, clock):
    by_topic = {
        topic: {str(p): pair[i] for p, pair in offsets.items()} for i, topic in enumerate((EXPOSURES, CONVERSIONS))
    }
    return by_topic, clock


def conserved(truth, workers):
    """Every record has one outcome, the right one."""
    pipelines = [worker.ask("/api/pipeline") for worker in workers]
    expected = {"read": truth.outcomes.total(), "accepted": truth.outcomes["accepted"], "late": truth.outcomes["late"]}
    found = {name: sum(one[name] for one in pipelines) for name in expected}
    for reason in truth.outcomes.keys() - {"accepted", "late"}:
        expected[reason] = truth.outcomes[reason]
        found[reason] = sum(one["rejected"].get(reason, 0) for one in pipelines)
    return [f"{name}: {count}, but {found[name]} are told" for name, count in expected.items() if found[name] != count]


def refused(truth, bootstrap):
    """Every rejected record is in the topic of the rejected, at least once; no other is."""
    told = set(outputs.rejected(bootstrap))
    yield from (f"{place} is rejected, but not told" for place in truth.refused - told)
    yield from (f"{place} is told, but not rejected" for place in told - truth.refused)


def verified(world):
    """Every decision follows from the source; the chain is whole."""
    report = verify(world.folder, Broker(world.bootstrap, lambda *_: None), Choice(all_=True))
    yield from (f"{flaw.place}: {flaw.text}" for flaw in report.chain)
    yield from (f"{one.log}: {one.unexplained} unexplained" for one in report.source if one.unexplained)
    for one in report.decisions:
        yield from (f"{one.experiment} seq {one.seq}: {flaw}" for flaws in one.found.values() for flaw in flaws)


def decided(world):
    """Every experiment has ended as its truth demands, and never twice."""
    said = {}
    for _, value in outputs.decisions(world.bootstrap):
        data = json.loads(value)["data"]
        said.setdefault(data["experiment_id"], {}).setdefault(data["seq"], data["verdict"])
    for x in world.load.experiments:
        verdicts = [verdict for _, verdict in sorted(said.get(x.id, {}).items())]
        if verdicts[-1:] != [x.truth.verdict]:
            yield f"{x.id}: {verdicts}, but it ought to end with {x.truth.verdict}"


def repeated(bootstrap):
    """Decisions that are there again. After a crash that may be: the first counts."""
    found = outputs.decisions(bootstrap)
    ids = [id_ for id_, _ in found]
    return [f"decision {id_} is there {ids.count(id_)} times" for id_ in dict.fromkeys(ids) if ids.count(id_) > 1]


def altered(bootstrap):
    """Of decisions that are there again, those that say something else."""
    found = outputs.decisions(bootstrap)
    return [id_ for id_ in dict.fromkeys(dict(found)) if len({value for other, value in found if other == id_}) > 1]


def restarted(fleet):
    """Of every process that was started the end is known."""
    known = sum(fleet.happened[end] for end in ENDS)
    return [] if fleet.happened["starts"] == known else [f"{known} of {fleet.happened['starts']} processes ended"]


def set_back(bootstrap):
    """Where a version goes back in the table: somebody has written who had been replaced."""
    states = {}
    for name, state in outputs.table(bootstrap):
        states.setdefault(name, []).append(state)
    pairs = ((name, *pair) for name, several in states.items() for pair in pairwise(several))
    return [flaw for pair in pairs for flaw in _back(*pair)]


def _back(name, before, after):
    both = before.parts.keys() & after.parts.keys()
    older = [p for p in sorted(both) if _is_older(after.parts[p], before.parts[p])]
    return [f"{name}: partitions {older} go back"] if older else []


def _is_older(part, known):
    return part.is_older_than(known.offsets, known.clock)
