"""Rules 4-10 for one experiment: cells by name, such as `excluded/late`, `units/b/0` and `bought/b/0/matured`.

The number in a name is that of the phase. Cells that are not named are 0, so counts of partitions add.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from streams.audit.counting.definitions import Experiment
from streams.audit.counting.judging import concerns, is_exposure, late
from streams.audit.counting.lines import Event
from streams.audit.counting.log import Judged
from streams.audit.counting.outcomes import RATES, cells_of
from streams.audit.counting.units import Unit

Counts = Counter[str]


def recount(x: Experiment, judged: Iterable[Judged], begin: int, clock: int | None) -> Counts:
    """Count from scratch.

    Args:
        x: the experiment.
        judged: events that concern it, from one source partition.
        begin: start of its epoch, if it does not say.
        clock: T in ms; None: everything has matured.
    """
    all_ = list(judged)
    used = [one.event for one in all_ if not (one.late or is_late(one.event, x))]
    exposures = [event for event in used if is_exposure(event, x)]
    found = Counter({"excluded/late": sum(concerns(one.event, x) and is_late(one.event, x) for one in all_)})
    found["exposures"] = len(exposures)
    found["repeat_exposure"] = len(exposures) - len({(e.unit, e.data["variant"]) for e in exposures})
    units = list(units_of(x, begin if x.start is None else x.start, exposures, used))
    count_units(found, units)
    for name, cells in metric_cells(x, [unit for unit in units if unit.counted], clock):
        found[name] += cells
    return found


def is_late(event: Event, x: Experiment) -> bool:
    """For this experiment; a reversal of a name it does not use never is."""
    return concerns(event, x) and late(event, x.lateness)


def units_of(x: Experiment, begin: int, exposures: Sequence[Event], used: Sequence[Event]) -> Iterator[Unit]:
    """Everyone who was exposed."""
    seen, did = defaultdict(list), defaultdict(list)
    for event in exposures:
        seen[event.unit].append(event)
    for event in used:
        if event.kind == "conversion":
            did[event.unit].append(event)
    return (Unit(x, begin, events, did[unit]) for unit, events in seen.items())


def count_units(found: Counts, units: Sequence[Unit]) -> None:
    """How many, and what is told of them but not used."""
    for unit in units:
        found["excluded/multi_variant"] += unit.contaminated
        found["excluded/warmup"] += unit.warming_up
        found["duplicate"] += 0 if unit.warming_up else unit.duplicates()
        if unit.counted:
            found[f"units/{unit.arm}/{unit.phase}"] += 1
            found.update({f"excluded/{name}": count for name, count in unit.excluded().items()})


def metric_cells(x: Experiment, units: Sequence[Unit], clock: int | None) -> Iterator[tuple[str, int]]:
    """Of every metric, by variant and phase."""
    groups = defaultdict(list)
    for unit in units:
        groups[unit.arm, unit.phase].append(unit)
    for (arm, phase), members in groups.items():
        for metric in x.metrics:
            place = f"{metric.id}/{arm}/{phase}"
            rows = [unit.row(metric) for unit in members if clock is None or clock >= unit.matures(metric)]
            yield from ((f"{place}/{name}", count) for name, count in cells_of(metric, rows).items())
            if metric.type in RATES:
                yield f"{place}/converted_now", sum(bool(unit.used(metric)) for unit in members)
