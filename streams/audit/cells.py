"""What a decision says was counted, and the names its numbers have in a recount."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from streams.core.cells import COUNTERS, EXCLUDED
from streams.core.definition import Experiment

Object = dict[str, Any]
Counts = Mapping[str, int]
Numbers = Mapping[str, Any]


def names(x: Experiment) -> Iterator[str]:
    """Names of an experiment's cells, in the order in which they are added up and hashed."""
    yield from (f"excluded/{name}" if name in EXCLUDED else name for name in COUNTERS)
    places = [(phase, variant) for phase in range(x.layout.units.phases) for variant in x.variants]
    yield from (f"units/{variant}/{phase}" for phase, variant in places)
    for metric, block in zip(x.metrics, x.layout.metrics, strict=True):
        for phase, variant in places:
            yield from (f"{metric.spec.id}/{variant}/{phase}/{field}" for field in block.fields)


def flat(x: Experiment, counts: Counts) -> list[int]:
    """A recount as the list of cells that a decision was made from."""
    return [counts.get(name, 0) for name in names(x)]


def told(evidence: Object) -> Numbers:
    """Numbers of a decision by name."""
    found: dict[str, Any] = {f"units/{variant}": count for variant, count in evidence["units"].items()}
    found |= {f"matured/{variant}": count for variant, count in evidence["matured"].items()}
    found |= {f"excluded/{name}": count for name, count in evidence["excluded"].items()}
    found["duplicate"] = evidence["duplicate"]
    for contrast in evidence["metrics"]:
        found |= _cells(contrast)
    return found | {"state_hash": evidence["state_hash"]}


def expected(x: Experiment, counts: Counts) -> Numbers:
    """The same of a recount: what it does not name is 0."""
    phases, first = range(x.layout.units.phases), x.metrics[0].spec.id
    units = {f"units/{v}": sum(counts.get(f"units/{v}/{p}", 0) for p in phases) for v in x.variants}
    matured = {f"matured/{v}": sum(counts.get(f"{first}/{v}/{p}/matured", 0) for p in phases) for v in x.variants}
    return {**dict.fromkeys(names(x), 0), **counts, **units, **matured, "state_hash": state_hash(flat(x, counts))}


def state_hash(cells: Sequence[int]) -> str:
    """What names all cells at once."""
    return hashlib.sha256(msgspec.json.encode(cells)).hexdigest()


def recorded_cells(x: Experiment, evidence: Object, counts: Counts) -> list[int]:
    """The list of cells a decision speaks of: what it tells, and the rest from a recount.

    A decision tells units over all phases only; where there are several, their split is the recount's.
    """
    known = dict(counts)
    one_phase = x.layout.units.phases == 1
    for name, value in told(evidence).items():
        if name.startswith("units/") and one_phase:
            known[f"{name}/0"] = value
        known[name] = value
    return flat(x, known)


def _cells(contrast: Object) -> dict[str, int]:
    return {
        f"{contrast['id']}/{variant}/{phase}/{name}": count
        for variant, by_name in contrast["cells"].items()
        for name, by_phase in by_name.items()
        for phase, count in enumerate(by_phase)
    }
