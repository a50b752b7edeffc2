"""What is told of an experiment: the object of a replay's report, of the API and of the evidence topic."""

from streams.core.arms import arms, row
from streams.core.cells import EXCLUDED, index
from streams.core.contrasts import contrast_point, early, evidence_of, fired, versus_control
from streams.core.definition import Experiment
from streams.core.outcomes.base import Object
from streams.core.state import State
from streams.core.status import Statuses
from streams.core.times import format_instant
from streams.core.tracks import SRM


def experiment_object(x: Experiment, state: State, totals: list[int], clock: int | None) -> Object:
    """The experiment object of the contracts.

    Args:
        x: the experiment.
        state: its evaluation.
        totals: cells summed over the partitions.
        clock: the instant (ms) all partitions have reached, or None before any look.
    """
    said = state.judgement
    return {
        "verdict": said.verdict or "warming_up",
        "action": said.action,
        "variant": said.variant,
        "clock": _instant(clock),
        "stopped_at": _instant(state.stopped_at),
        "excluded": {name: totals[index(name)] for name in EXCLUDED},
        "duplicate": totals[index("duplicate")],
        "repeat_exposure": totals[index("repeat_exposure")],
        "srm": sample_ratio(state),
        "metrics": _metrics(x, state, totals),
    }


def sample_ratio(state: State) -> Object:
    """Evidence against the declared split."""
    return evidence_of(state, SRM) | fired(state, SRM)


def totals(x: Experiment, cells: list[int]) -> Object:
    """Units and exclusions by name."""
    looks = row(cells)
    entered = x.layout.units.field(looks, "entered")[0].sum(axis=0)
    matured = x.layout.metrics[0].field(looks, "matured")[0].sum(axis=0)
    return {
        "units": dict(zip(x.variants, map(int, entered), strict=True)),
        "matured": dict(zip(x.variants, map(int, matured), strict=True)),
        "excluded": {name: cells[index(name)] for name in EXCLUDED},
        "duplicate": cells[index("duplicate")],
    }


def point(x: Experiment, state: State, totals: list[int], clock: int) -> Object:
    """One point of the plots."""
    looks = row(totals)
    entered = x.layout.units.field(looks, "entered")[0].sum(axis=0)
    return {
        "t": clock,
        "units": dict(zip(x.variants, map(int, entered), strict=True)),
        "srm_log_e": state.log_e[SRM],
        "metrics": {
            metric.spec.id: {x.variants[v]: contrast_point(x, state, m, v, looks) for v in x.treatments}
            for m, metric in enumerate(x.metrics)
        },
    }


def _metrics(x: Experiment, state: State, totals: list[int]) -> Object:
    looks, statuses = row(totals), Statuses(x, frozenset(map(int, state.crossings)))
    return {
        metric.spec.id: {
            x.variants[v]: arm
            | {
                "vs_control": None if v == x.control else versus_control(x, state, statuses, m, v, looks),
                "early": None if v == x.control or not metric.has_early else early(x, state, statuses, m, v),
            }
            for v, arm in enumerate(arms(x, m, looks))
        }
        for m, metric in enumerate(x.metrics)
    }


def _instant(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else format_instant(milliseconds)
