"""What may be said at a look, whatever the evidence: enough units, enough time, sound data."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from streams.core import cells
from streams.core.definition import Experiment
from streams.core.look import Look
from streams.core.state import State

CROSSED, EXPOSURES = cells.index("multi_variant"), cells.index("exposures")


class Gates(NamedTuple):
    """What may be said at a look, whatever the evidence."""

    warm: bool  # min_units have entered
    ran: bool  # min_runtime has passed
    ended: bool  # the last unit of the runtime has matured
    crossed: bool  # too many units saw two variants
    silent: bool  # no exposure for longer than the grace
    behind: bool = False  # some partition's counts are too old to stop on
    recent: bool = True  # all are as recent as it takes to let go of what was held


def gates(x: Experiment, state: State, looks: Sequence[Look], *, silence: bool) -> Iterator[Gates]:
    """What may be said at each of some looks; `silence` lets the grace without data count."""
    schedule, exposing = x.spec.schedule, x.spec.exposure
    began, ends = x.effective_from, end_of_counting(x)
    for one, (_, last) in zip(looks, heard(state, looks), strict=True):
        units, crossed, clock = units_in(x, one.cells), one.cells[CROSSED], one.clock
        yield Gates(
            warm=units >= schedule.min_units,
            ran=began is not None and clock >= began + schedule.min_runtime,
            ended=ends is not None and clock >= ends,
            crossed=crossed > 0 and crossed >= exposing.block_ratio * (units + crossed),
            silent=silence and clock - last > schedule.no_data_grace,
            behind=one.recency is not None and clock < one.recency.least,
            recent=one.recency is None or clock >= one.recency.enough,
        )


def heard(state: State, looks: Sequence[Look]) -> list[tuple[int, int]]:
    """At each look the number of accepted exposures, and the clock at which it last grew.

    A clock of 0 is one that is not known yet: nobody can have been silent since.
    """
    out = [state.exposed]
    for one in looks:
        exposures = one.cells[EXPOSURES]
        out.append(out[-1] if exposures == out[-1][0] and out[-1][1] else (exposures, one.clock))
    return out[1:]


def end_of_counting(x: Experiment) -> int | None:
    """The instant (ms) at which the last unit that may enter has matured, if the epoch's start is known."""
    stop_at, began = x.spec.schedule.stop_at, x.effective_from
    ends = [end for end in (stop_at, None if began is None else began + x.spec.schedule.max_runtime) if end is not None]
    return min(ends) + x.longest + x.lateness if ends else None


def units_in(x: Experiment, totals: list[int]) -> int:
    """Units entered, over phases and variants."""
    return sum(totals[x.layout.units.start : x.layout.units.stop])
