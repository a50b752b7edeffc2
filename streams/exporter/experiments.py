"""One experiment object as samples."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from streams.exporter.sheet import Labels, Sheet, labels
from streams.exporter.vocabulary import STATES, STATUSES, VERDICTS, is_latched, state_of

CONTRAST = {  # field of the object -> metric
    "estimate": "effect",
    "lower": "effect_lower",
    "upper": "effect_upper",
    "relative": "relative_effect",
    "log_e": "evidence_log_e",
    "p_always_valid": "p_always_valid",
}
LEFT_OUT = ("multi_variant", "warmup")  # the other exclusions count events, not units

Json = Mapping[str, Any]


def put_experiment(sheet: Sheet, experiment: Json) -> None:
    who = labels({"experiment": experiment["experiment_id"], "team": experiment["about"].get("team")})
    sheet.put("experiment_info", 1, _identity(experiment, who))
    sheet.put_states("experiment_state", "state", STATES, state_of(experiment["verdict"]), who)
    sheet.put_states("verdict", "verdict", VERDICTS, experiment["verdict"], who)
    sheet.put("last_exposure_timestamp_seconds", seconds(experiment.get("last_exposure")), who)
    _put_validity(sheet, experiment, who)
    _put_decision(sheet, experiment, who)
    for metric, cells in experiment["metrics"].items():
        about = experiment["about"]["metrics"][metric]
        _put_metric(sheet, cells, about, labels({"metric": metric, "role": about["role"]}, who))


def seconds(instant: str | None) -> float | None:
    """Unix seconds of an RFC 3339 time."""
    return datetime.fromisoformat(instant).timestamp() if instant else None


def entered(experiment: Json) -> dict[str, int]:
    """Units by variant: the same for every metric, so the first one says it."""
    cells: Json = next(iter(experiment["metrics"].values()), {})
    return {variant: cell["units"] for variant, cell in cells.items()}


def _identity(experiment: Json, who: Labels) -> Labels:
    about = experiment["about"]
    told = {
        **{key: about.get(key) for key in ("name", "surface", "runbook")},
        **{key: experiment[key] for key in ("epoch", "config_hash")},
        "owner": about["owner"]["name"],
    }
    return labels(told, who)


def _put_validity(sheet: Sheet, experiment: Json, who: Labels) -> None:
    units, excluded = entered(experiment), experiment["excluded"]
    for variant, count in units.items():
        sheet.put("units", count, labels({"variant": variant, "state": "entered"}, who))
    sheet.put("units", sum(excluded.get(key, 0) for key in LEFT_OUT), labels({"state": "excluded"}, who))
    crossed = excluded.get("multi_variant", 0)
    sheet.put("multi_exposed_ratio", crossed / max(1, sum(units.values()) + crossed), who)
    sheet.put("srm_log_e", experiment["srm"]["log_e"], who)
    sheet.put("srm_p_always_valid", experiment["srm"]["p_always_valid"], who)


def _put_decision(sheet: Sheet, experiment: Json, who: Labels) -> None:
    decision = experiment["decision"]
    if decision and is_latched(decision["verdict"]):
        what = {"decision_id": decision["id"], "verdict": decision["verdict"], "action": decision["action"]}
        sheet.put("decision_info", 1, labels(what | {"variant": experiment["variant"]}, who))
        sheet.put("decision_timestamp_seconds", seconds(decision["time"]), who)


def _put_metric(sheet: Sheet, cells: Json, about: Json, which: Labels) -> None:
    sheet.put("alpha", about["alpha"], which)
    for variant, cell in cells.items():
        _put_arm(sheet, cell, labels({"variant": variant}, which))


def _put_arm(sheet: Sheet, cell: Json, arm: Labels) -> None:
    sheet.put("units", cell["matured"], labels({"state": "matured"}, arm))
    sheet.put("metric_mean", cell["mean"], arm)
    if versus := cell["vs_control"]:
        sheet.put_states("metric_status", "status", STATUSES, versus["status"], arm)
        for field, name in CONTRAST.items():
            sheet.put(name, versus[field], arm)
