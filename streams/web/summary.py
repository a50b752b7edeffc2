"""One line per experiment for the overview: what it says now and the effect that matters most."""

from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]

CARRIED = ("experiment_id", "epoch", "verdict", "action", "variant", "clock", "stopped_at")


def summary(experiment: Mapping[str, Any]) -> Json:
    about = experiment["about"]
    return {
        **{key: experiment[key] for key in CARRIED},
        **{key: about.get(key) for key in ("name", "team", "surface")},
        "units": _units(experiment),
        "headline": _headline(experiment),
    }


def _units(experiment: Mapping[str, Any]) -> int:
    """Units entered over all variants: the same for every metric, so the first one says it."""
    cells: Json = next(iter(experiment["metrics"].values()), {})
    return sum(cell["units"] for cell in cells.values())


def _headline(experiment: Mapping[str, Any]) -> Json | None:
    """The effect worth a glance: what is harmed, else the primary; of the variant the verdict names, else the first."""
    return min(_effects(experiment), key=lambda effect: _rank(effect, experiment["variant"]), default=None)


def _effects(experiment: Mapping[str, Any]) -> Iterator[Json]:
    for metric, cells in experiment["metrics"].items():
        about = experiment["about"]["metrics"][metric]
        for variant, cell in cells.items():
            if versus := cell["vs_control"]:
                yield {
                    "metric": metric,
                    "variant": variant,
                    **{key: about.get(key) for key in ("role", "type", "direction")},
                    **{key: versus[key] for key in ("estimate", "lower", "upper", "status")},
                }


def _rank(effect: Json, named: str | None) -> tuple[bool, bool, bool]:
    return effect["status"] != "harmful", effect["role"] != "primary", effect["variant"] != named
