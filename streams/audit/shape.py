"""Whether a decision speaks of what its experiment consists of: the same variants, metrics, tests and partitions."""

from collections.abc import Iterable, Iterator
from typing import Any

from streams.audit.cells import expected, told
from streams.audit.chain import Record
from streams.core.contrasts import declares_alone
from streams.core.definition import Experiment
from streams.core.times import parse_instant
from streams.core.topology import CONVERSIONS, EXPOSURES
from streams.core.tracks import tracks

Object = dict[str, Any]


def flaws(x: Experiment, record: Record) -> list[str]:
    """What does not fit; only a record without any can be checked further."""
    evidence = record.said["evidence"]
    found = [*_partitions(evidence), *_tests(x, evidence), *_cells(x, evidence)]
    tests = [evidence["srm"], *(test for contrast in evidence["metrics"] for test in contrast["tests"])]
    for test in tests:
        if test["crossing"] is not None:
            found += _crossing(x, test["crossing"], evidence["clock"].keys())
    return found


def _partitions(evidence: Object) -> Iterator[str]:
    clock, offsets = evidence["clock"], evidence["offsets"]
    if offsets.keys() != {EXPOSURES, CONVERSIONS}:
        yield f"offsets are of {sorted(offsets)}"
    elif not clock or any(by_partition.keys() != clock.keys() for by_partition in offsets.values()):
        yield "clock and offsets are not of the same partitions"
    for partition in clock:
        if not (partition.isascii() and partition.isdecimal()):
            yield f"{partition!r} is no partition"
    yield from _instants(clock.values())


def _instants(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        try:
            parse_instant(text)
        except ValueError as error:
            yield str(error)


def _tests(x: Experiment, evidence: Object) -> Iterator[str]:
    shown = [t for t in tracks(x)[1:] if declares_alone(t)]
    shown.sort(key=lambda t: (t.metric, t.variant, t.reading == "early"))
    wanted = [(x.metrics[t.metric].spec.id, x.variants[t.variant], t.kind) for t in shown]
    found = [(one["id"], one["variant"], test["kind"]) for one in evidence["metrics"] for test in one["tests"]]
    if found != wanted:
        yield f"tests are {_words(found)}, not {_words(wanted)}"


def _words(tests: list[tuple[str, str, str]]) -> str:
    return ", ".join(map(" ".join, tests))


def _cells(x: Experiment, evidence: Object) -> Iterator[str]:
    names = told(evidence).keys()
    cells = {name for name in expected(x, {}) if name.count("/") == 3 or name.startswith(("matured/", "excluded/"))}
    wanted = cells | {f"units/{variant}" for variant in x.variants} | {"duplicate", "state_hash"}
    for name in sorted(names ^ wanted):
        yield f"{name} is {'not told' if name in wanted else 'told, but there is no such count'}"


def _crossing(x: Experiment, crossing: Object, partitions: Any) -> Iterator[str]:
    if crossing["clock"].keys() != partitions or crossing["offsets"].keys() != partitions:
        yield "a crossing is not of the same partitions"
    if len(crossing["cells"]) != x.layout.size:
        yield f"a crossing has {len(crossing['cells'])} cells, not {x.layout.size}"
    yield from _instants(crossing["clock"].values())
