"""Why a verdict is what it is, in plain words."""

from collections.abc import Callable
from typing import Any

from streams.core import report, sizes
from streams.core.cells import index
from streams.core.contrasts import contrasts
from streams.core.definition import Experiment, Metric
from streams.core.look import Look
from streams.core.nulls import in_words
from streams.core.schema import Size
from streams.core.state import State
from streams.core.status import Statuses
from streams.core.times import UNITS, format_instant

SAYING = {
    "winner": "better by",
    "harmful": "worse by",
    "futile": "hardly better:",
    "non_inferior": "not worse than its margin allows:",
    "equivalent": "within its margin:",
}


def explain(x: Experiment, state: State, look: Look, statuses: Statuses) -> tuple[str, ...]:
    """One line per fact behind the state's verdict; never empty."""
    first = OWN_WORDS.get(state.judgement.verdict)
    own = first(x, state, look, statuses) if first else []
    said = [*own, *_findings(x, state, look.cells)] or [_waiting(x)]
    return (*said, *_untested(x))


def _warming_up(x: Experiment, _state: State, look: Look, _statuses: Statuses) -> list[str]:
    units = sum(report.totals(x, look.cells)["units"].values())
    return [f"{units:,} of the {x.spec.schedule.min_units:,} units needed before anything is said"]


def _broken_split(x: Experiment, state: State, look: Look, _statuses: Statuses) -> list[str]:
    counts = ", ".join(f"{name} {count:,}" for name, count in report.totals(x, look.cells)["units"].items())
    weights = ":".join(f"{100 * weight:.4g}" for weight in x.weights[0])
    chance = report.sample_ratio(state)["p_always_valid"]
    return [f"the split is broken: {counts} where {weights} was declared (always-valid p {chance:.2g})"]


def _crossers(x: Experiment, _state: State, look: Look, _statuses: Statuses) -> list[str]:
    units, crossed = sum(report.totals(x, look.cells)["units"].values()), look.cells[index("multi_variant")]
    share, most = 100 * crossed / (units + crossed), 100 * x.spec.exposure.block_ratio
    return [f"{crossed:,} units saw two variants, {share:.1f} % of all; at most {most:g} % may"]


def _over(x: Experiment, _state: State, _look: Look, _statuses: Statuses) -> list[str]:
    default = x.spec.decision.default_at_max_runtime
    return [f"the longest runtime is over and nothing was found that decides; the default is {default}"]


def _silent(x: Experiment, _state: State, _look: Look, _statuses: Statuses) -> list[str]:
    return [f"no exposure for more than {_duration(x.spec.schedule.no_data_grace)}"]


def _behind(_x: Experiment, _state: State, look: Look, _statuses: Statuses) -> list[str]:
    return [f"no stop on old counts: source partition {look.slowest} has been read up to {format_instant(look.clock)}"]


def _early_harm(x: Experiment, state: State, _look: Look, statuses: Statuses) -> list[str]:
    """Guardrails on which the early reading may do what is done now."""
    acting = [(metric.spec.id, m) for m, metric in enumerate(x.metrics) if _acts(metric, state)]
    pairs = [(name, m, v) for name, m in acting for v in x.treatments]
    harmed = [(name, x.variants[v]) for name, m, v in pairs if statuses.early(m, v) == "harmful"]
    return [f"guardrail {name}: {variant} converts worse in the early reading" for name, variant in harmed]


def _acts(metric: Metric, state: State) -> bool:
    return metric.spec.role == "guardrail" and metric.spec.early_action == state.judgement.action


OWN_WORDS: dict[str, Callable[[Experiment, State, Look, Statuses], list[str]]] = {
    "warming_up": _warming_up,
    "invalid_srm": _broken_split,
    "invalid_multi_exposure": _crossers,
    "stop_max_runtime": _over,
    "no_data": _silent,
    "held": _behind,
    "paused": _early_harm,
    "stop_harm": _early_harm,
}


def _findings(x: Experiment, state: State, totals: list[int]) -> list[str]:
    metrics = {metric.spec.id: metric for metric in x.metrics}
    found = [contrast for contrast in contrasts(x, state, totals) if contrast["status"] in SAYING]
    first = "winner" if state.judgement.verdict == "stop_success" else "harmful"
    found.sort(key=lambda contrast: contrast["status"] != first)
    return [_finding(metrics[contrast["id"]], contrast) for contrast in found]


def _finding(metric: Metric, contrast: dict[str, Any]) -> str:
    """Such as: guardrail unsubscribe: personal worse by 0.41 points, interval [0.21, 0.62], margin 0.20."""
    scale, unit = (100, " points") if metric.outcome == "yes_no" else (1, "")
    said, effect = SAYING[contrast["status"]], scale * (contrast["estimate"] or 0)
    size = f"{abs(effect):.2f}" if said.endswith("by") else f"{effect:+.2f}"
    text = f"{metric.spec.role} {contrast['id']}: {contrast['variant']} {said} {size}{unit}"
    if contrast["lower"] is not None:
        text += f", interval [{scale * contrast['lower']:.2f}, {scale * contrast['upper']:.2f}]"
    if contrast["status"] == "futile":
        return f"{text}, {in_words(metric.spec.mde)} was hoped for"
    return f"{text}, margin {_margin(metric.spec.margin, scale)}" if metric.spec.margin else text


def _margin(margin: Size, scale: int) -> str:
    """In the unit of the effect beside it, if it is absolute."""
    return in_words(margin) if margin.absolute is None else f"{scale * margin.absolute:.2f}"


def _untested(x: Experiment) -> list[str]:
    """A size that is a share of nothing known can't be looked for."""
    ids = [metric.spec.id for metric in x.metrics if not sizes.testable(metric)]
    return [f"{id_} is counted but not tested: its relative size needs a baseline" for id_ in ids]


def _waiting(x: Experiment) -> str:
    primaries = " and ".join(metric.spec.id for metric in x.metrics if metric.spec.role == "primary")
    return f"{primaries}: the evidence does not decide in any direction yet"


def _duration(milliseconds: int) -> str:
    name = next(name for name in ("d", "h", "m", "s", "ms") if milliseconds % UNITS[name] == 0)
    return f"{milliseconds // UNITS[name]} {name}"
