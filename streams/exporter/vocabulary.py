"""Closed lists that state sets and counters are spread over: every member is exported, at 0 when it does not hold."""

from typing import get_args

from streams.codecs.decisions import Status, Verdict

VERDICTS: tuple[str, ...] = get_args(Verdict)
STATUSES: tuple[str, ...] = get_args(Status)
OUTCOMES = ("accepted", "late", "rejected")
STATES = ("warming_up", "running", "on_hold", "stopped", "invalid")
STAGES = ("tables", "snapshots", "source", "counts")  # of a recovery
ON_HOLD = ("no_data", "held", "paused")


def state_of(verdict: str) -> str:
    """Where in its life an experiment is, whatever it has found."""
    if verdict in ON_HOLD:
        return "on_hold"
    if verdict.startswith("stop_"):
        return "stopped"
    if verdict.startswith("invalid_"):
        return "invalid"
    return "warming_up" if verdict == "warming_up" else "running"


def is_latched(verdict: str) -> bool:
    return state_of(verdict) in {"stopped", "invalid"}
