"""Checks decisions: is the chain whole, the definition the same, the source the same, and does the evidence follow?"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from streams.audit import evidence, moments, shape
from streams.audit.cells import expected, flat, names, recorded_cells, told
from streams.audit.chain import Chains, Record, chains
from streams.audit.counting.definitions import Experiment as Plain
from streams.audit.counting.definitions import experiment
from streams.audit.differences import unequal
from streams.audit.findings import Checked, Conserved, Found, Report
from streams.audit.moments import Sourced
from streams.audit.sources import Source
from streams.codecs import safe_yaml
from streams.codecs.definitions import load
from streams.core.definition import Catalogue, Experiment
from streams.core.problems import MendableError
from streams.core.times import parse_instant


class NothingToVerifyError(MendableError, LookupError):
    """No decision was chosen."""


class Choice(NamedTuple):
    """Which decisions are checked; without `all_` the last one of each experiment."""

    all_: bool = False
    since: str | None = None
    experiment: str | None = None


def verify(folder: Path, source: Source, choice: Choice) -> Report:
    """Check the chosen decisions of a source against the definitions of a folder.

    Raises:
        NothingToVerifyError: there is no decision to check.
        DefinitionError: a definition can't be run.
    """
    catalogue = load(folder)
    linked = chains(source.decisions())
    chosen = list(_chosen(linked, choice))
    if not chosen and not linked.flaws:
        raise NothingToVerifyError("there is no such decision: nothing has been verified")
    preliminary = [_preliminary(catalogue, record) for record in chosen]
    sound = [record for record, found in zip(chosen, preliminary, strict=True) if not any(found.values())]
    asked = list(dict.fromkeys(moment for record in sound for moment in moments.of(record)))
    sourced = moments.recounted(source, _plain(folder), asked)
    if sourced.began is not None:
        catalogue = catalogue.starting(sourced.began)
    checked = [
        _checked(record, found if record not in sound else found | _further(catalogue, sourced, linked, record))
        for record, found in zip(chosen, preliminary, strict=True)
    ]
    return _report(linked, choice, checked, sourced)


def _chosen(linked: Chains, choice: Choice) -> Iterator[Record]:
    last: dict[str, Record] = {}
    for (id_, _), records in sorted(linked.records.items()):
        if choice.experiment not in (None, id_):
            continue
        for record in records:
            if choice.since is None or parse_instant(record.event["time"]) >= parse_instant(choice.since):
                last[id_] = record
                if choice.all_:
                    yield record
    if not choice.all_:
        yield from last.values()


def _plain(folder: Path) -> dict[str, Plain]:
    """The definitions as the recount reads them: by its own means, from the same files."""
    files = [folder] if folder.is_file() else [p for p in folder.glob("*") if p.suffix in (".yaml", ".yml")]
    parsed = (experiment(safe_yaml.read(file.read_bytes())) for file in sorted(files))
    return {x.id: x for x in parsed}


def _preliminary(catalogue: Catalogue, record: Record) -> dict[str, list[str]]:
    """Is this the definition it was made by?"""
    said, x = record.said, catalogue.experiments.get(record.said["experiment_id"])
    if x is None:
        return {"definition": [f"there is no definition of {said['experiment_id']}"]}
    if (said["config_hash"], said["epoch"]) != (x.config_hash, x.epoch):
        made, given = f"{said['config_hash']} (epoch {said['epoch']})", f"{x.config_hash} (epoch {x.epoch})"
        return {"definition": [f"config_hash: recorded {made}, of the definition given {given}"]}
    flaws = shape.flaws(x, record)
    return {"definition": []} | ({"evidence": flaws} if flaws else {})


def _further(catalogue: Catalogue, sourced: Sourced, linked: Chains, record: Record) -> dict[str, list[str]]:
    """What takes the source, or the decision before."""
    x, counts = catalogue.experiments[record.said["experiment_id"]], sourced.counts[moments.of_decision(record)]
    before = next((one for one in linked.records[record.key] if one.seq == record.seq - 1), None)
    cells = recorded_cells(x, record.said["evidence"], counts)
    return {
        "recount": [*unequal(told(record.said["evidence"]), expected(x, counts)), *_crossings(x, sourced, record)],
        "evidence": evidence.flaws(x, record, before, cells),
    }


def _crossings(x: Experiment, sourced: Sourced, record: Record) -> Iterator[str]:
    for name, crossing in moments.crossings(record):
        counted = flat(x, sourced.counts[moments.of_crossing(x.id, crossing)])
        pairs = zip(names(x), crossing["cells"], strict=True), zip(names(x), counted, strict=True)
        yield from (f"{name}: {flaw}" for flaw in unequal(*map(dict, pairs)))


def _checked(record: Record, found: Found) -> Checked:
    said = record.said
    identity = said["experiment_id"], said["epoch"], said["seq"], record.event["time"], said["verdict"]
    return Checked(*identity, record.place, found)


def _report(linked: Chains, choice: Choice, checked: list[Checked], sourced: Sourced) -> Report:
    chain = [flaw for flaw in linked.flaws if choice.experiment in (None, flaw.experiment) or flaw.experiment is None]
    source = [_conserved(log, *told) for log, told in sourced.conserved.items()]
    ok = not chain and not any(any(one.found.values()) for one in checked) and not any(s.unexplained for s in source)
    records = sum(map(len, linked.records.values())) + linked.repeated
    return Report(ok, records, linked.repeated, chain, checked, source)


def _conserved(log: str, consumed: int, outcomes: Mapping[str, int]) -> Conserved:
    known = "accepted", "late", "watermark"
    rejected = {name: n for name, n in sorted(outcomes.items()) if name not in known}
    accepted, late, watermarks = (outcomes.get(name, 0) for name in known)
    unexplained = consumed - accepted - late - watermarks - sum(rejected.values())
    return Conserved(log, consumed, accepted, late, rejected, watermarks, unexplained)
